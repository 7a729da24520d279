"""Tests of shouwen.base."""
