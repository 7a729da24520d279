"""Attempts to make Shouwen lie, lose, double, leak or crash: each of these once succeeded."""
