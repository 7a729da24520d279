"""Who we are: units, staff, the posts they hold, duty and absence, and the tokens of programs that act for them."""
