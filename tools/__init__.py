"""What developers run: checks and our own lints. Not part of the package."""
