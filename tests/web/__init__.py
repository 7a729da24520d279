"""Tests of the pages: in a real browser against real processes, and in this process where no browser is needed."""
