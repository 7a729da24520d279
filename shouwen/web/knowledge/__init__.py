"""资料: what is looked up beside intake and a case, and cited into it with one press."""
