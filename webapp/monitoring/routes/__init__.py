"""The pages of monitoring: HTTP only. The moves themselves are made on the case's Final page (`casefile.move`)."""

from webapp.monitoring.routes import ending, evidence, findings, reports, setting_up, tab
from webapp.monitoring.routes.shared import blueprint

__all__ = ["blueprint", "ending", "evidence", "findings", "reports", "setting_up", "tab"]
