"""The clause kinds: thin words for the six primitives gate, choose, do, open, tell and keep. One small class each."""
