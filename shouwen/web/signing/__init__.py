"""The door: signing in and out, and the language of the pages."""
