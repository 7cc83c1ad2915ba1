"""Evidence for outside: packages of a visit, closed days, and the page that verifies a package."""

from __future__ import annotations

from webapp.evidence.commands import close_days, verify_evidence
from webapp.evidence.pages import bp

bp.cli.add_command(close_days)
bp.cli.add_command(verify_evidence)

__all__ = ["bp", "close_days", "verify_evidence"]
