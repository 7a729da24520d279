"""Settings from the environment, addresses, and the one web application."""
