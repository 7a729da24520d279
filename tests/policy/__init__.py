"""Tests of shouwen.policy."""
