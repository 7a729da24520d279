"""What customers answer by themselves, on a phone, without an account; and how staff give them the link."""
