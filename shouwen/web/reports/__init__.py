"""报表: what came in, what was promised and kept, how content customers are, who carries how much; each number opens down."""
