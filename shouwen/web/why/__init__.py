"""为什么: any effect, value or refusal asked for its facts, its sum and its clause."""
