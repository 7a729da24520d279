"""账簿: the books, who stands how in each, and every total opened down to its entries."""
