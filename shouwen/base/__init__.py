"""What every app stands on: journal, outbox, ids, access, errors, the embedded database. No business in it."""
