"""例行: what the calendar asks of every member of a population: today's list, the month, how much of the whole was done."""
