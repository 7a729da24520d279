"""Tests of shouwen.staff."""
