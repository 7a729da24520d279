"""Lists: keeping their filters under a name, and doing one act upon many rows."""
