"""Who we serve: customers, how to reach them, what they own or rent, and how to find them while the telephone rings."""
