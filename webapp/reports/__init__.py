"""Visit reports: collected from the read model, limited, set in Word, PDF and as a page."""

from __future__ import annotations

from webapp.reports import editing  # its routes are part of the same blueprint
from webapp.reports.command import report
from webapp.reports.page import bp

bp.cli.add_command(report)

__all__ = ["bp", "editing", "report"]
