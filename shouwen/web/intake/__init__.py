"""受理: from a ringing telephone to an open case."""
