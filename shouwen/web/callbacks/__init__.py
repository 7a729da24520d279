"""回访: today's calls, their results in place, and how many of all have been reached."""
