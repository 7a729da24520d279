"""派工: what waits for somebody to be named, who could go, what was given, and one's own visits."""
