"""Live indicators: figures over the read model, each with its unit, base and definition."""

from __future__ import annotations

from webapp.indicators.page import bp

__all__ = ["bp"]
