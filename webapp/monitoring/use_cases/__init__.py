"""The verbs of monitoring: each takes its actor, asks the policy, changes, records, tells."""

from webapp.monitoring.use_cases.ending import give_notice, give_opinion, notice_would_end, withdraw_notice
from webapp.monitoring.use_cases.evidence import add_file, may_prove, remove_file, save_evidence
from webapp.monitoring.use_cases.findings import open_action, raise_finding
from webapp.monitoring.use_cases.reports import REPORT_VALUES, WRITABLE, save_report
from webapp.monitoring.use_cases.setting_up import decide_committee, name_focal_point, why_not_focal_point
from webapp.monitoring.use_cases.shared import today

__all__ = [
    "REPORT_VALUES",
    "WRITABLE",
    "add_file",
    "decide_committee",
    "give_notice",
    "give_opinion",
    "may_prove",
    "name_focal_point",
    "notice_would_end",
    "open_action",
    "raise_finding",
    "remove_file",
    "save_evidence",
    "save_report",
    "today",
    "why_not_focal_point",
    "withdraw_notice",
]
