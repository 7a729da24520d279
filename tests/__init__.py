"""Tests mirror shouwen/."""
