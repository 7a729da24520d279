"""报表: what the journal adds up to, day by day, and the lists people keep."""
