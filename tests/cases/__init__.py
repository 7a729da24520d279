"""Tests of shouwen.cases."""
