"""Django's engine for PostgreSQL with one thing changed; Django wants a package with a module `base`."""
