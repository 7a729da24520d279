"""The heart: whatever was brought to us and must end. One file for each thing that can happen to a case."""
