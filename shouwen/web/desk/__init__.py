"""工作台: what somebody owes, ordered by what falls due next."""
