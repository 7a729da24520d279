"""Spans, calendars and deadlines, against an oracle that counts minutes one by one."""
