"""The API for programs: the same verbs, rights and law as the pages, at /api/v1."""
