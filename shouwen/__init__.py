"""Shouwen 首问: a service company's regulations, executed, and proved to have been executed."""

from __future__ import annotations

__version__ = "0.1.0"
