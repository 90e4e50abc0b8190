"""What moves do beside moving: the dates of reports, the audit with its auditor, the closing of a finding."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask

from tests.factories import monitoring as m
from tests.support import mailbox
from webapp.documents.plain import months_after
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import Audit, AuditKind, CorrectiveAction, Finding, Report, ReportKind
from webapp.models.people import Person, RoleGrant
from webapp.services import advance
from webapp.services.contract.reporting import report_periods
from workflows.facts import Rules
from workflows.vocabulary import Instrument, Role, Trigger

DAY = timedelta(days=1)


@pytest.mark.parametrize(("start", "months", "expected"), [
    (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2027, 11, 30), 3, date(2028, 2, 29)),
    (date(2026, 12, 1), 12, date(2027, 12, 1)), (date(2026, 3, 1), 0, date(2026, 3, 1)),
])  # fmt: skip
def test_months_end_where_they_must(start: date, months: int, expected: date) -> None:
    assert months_after(start, months) == expected


@pytest.mark.parametrize(("ends_on", "kinds"), [
    (date(2026, 8, 31), "f"),  # shorter than an interim period
    (date(2027, 2, 28), "f"),  # exactly one period: the whole of it is final
    (date(2027, 3, 10), "f"),  # a rest of ten days is no period of its own
    (date(2027, 8, 31), "if"),
    (date(2028, 2, 29), "if"),  # 24 months
    (date(2029, 2, 28), "iif"),  # 36 months
])  # fmt: skip
def test_periods_follow_each_other_without_a_gap(ends_on: date, kinds: str) -> None:
    start = date(2026, 3, 1)
    periods = report_periods(start, ends_on, Rules())
    assert "".join(period.kind.value[0] for period in periods) == kinds
    assert periods[0].starts == start and periods[-1].ends == ends_on
    assert all(after.starts == before.ends + DAY for before, after in pairwise(periods))
    assert all(period.due == months_after(period.ends, 1) for period in periods[:-1])
    assert periods[-1].due == months_after(ends_on, 3)


def test_starting_to_monitor_schedules_the_reports(app: Flask) -> None:
    follow = m.monitored(app, days=730, rules={"interim_report_months": 6, "final_report_months": 2})
    with app.app_context():
        reports = db.session.scalars(db.select(Report).order_by(Report.number)).all()
        agreement = reports[0].agreement
        assert [report.number for report in reports] == list(range(1, len(reports) + 1)) and len(reports) == 4
        assert [report.kind for report in reports[:-1]] == [ReportKind.INTERIM] * 3
        assert reports[-1].kind is ReportKind.FINAL
        assert (reports[0].period_start, reports[-1].period_end) == (agreement.starts_on, agreement.ends_on)
        assert reports[-1].due_on == months_after(agreement.ends_on, 2)
        assert follow.agreement == agreement.id


@pytest.mark.parametrize(("instrument", "kind"), [
    (Instrument.MEMORANDUM, AuditKind.SIMPLE), (Instrument.INVESTMENT_CONTRACT, AuditKind.DETAILED),
])  # fmt: skip
def test_closing_opens_the_audit_and_finds_an_auditor(app: Flask, instrument: Instrument, kind: AuditKind) -> None:
    follow = m.closing(app, days=250, instrument=instrument)
    with app.app_context():
        audit = db.session.scalars(db.select(Audit)).one()
        assert (audit.kind, audit.auditor_id, audit.opinion) == (kind, follow.who["auditor"], None)
        auditor = db.session.get_one(Person, follow.who["auditor"])
        grants = [g.role for g in auditor.grants if g.application_id == follow.file]
        assert grants == [Role.AUDITOR]
        told = [mail["subject"] for mail in mailbox.mails() if mail["to"] == auditor.email]
        assert any("you are the auditor" in subject for subject in told)


def test_a_programme_without_audits_of_memoranda_closes_without_one(app: Flask) -> None:
    follow = m.closing(app, days=250, rules={"memorandum_audit": "none"})
    with app.app_context():
        assert db.session.scalars(db.select(Audit)).all() == []
        offers = {o.move.trigger: o for o in advance.offers(follow.application(), follow.principal("director"))}
        assert [b.code for b in offers[Trigger.CLOSE].blockers] == ["obligations_open"]


def test_a_programme_without_committees_starts_to_monitor_without_the_decision(app: Flask) -> None:
    follow = m.signed_file(app, rules={"committee_required": False})
    with app.app_context():
        offers = {o.move.trigger: o for o in advance.offers(follow.application(), follow.principal("manager"))}
        assert [b.code for b in offers[Trigger.START_MONITORING].blockers] == ["focal_points_missing"]


def test_the_auditor_with_the_fewest_audits_is_next(app: Flask) -> None:
    first = m.closing(app, days=250)
    second = m.monitored(app, days=250)
    with app.app_context():
        programme = db.session.get_one(Application, second.file).call.plan.programme_id
        busy = db.session.get_one(Person, first.who["auditor"])
        busy.grants.append(RoleGrant(role=Role.AUDITOR, programme_id=programme, starts_on=date(2020, 1, 1)))
        db.session.commit()
    _close(second)
    with app.app_context():
        audit = db.session.scalars(db.select(Audit).where(Audit.application_id == second.file)).one()
        assert audit.auditor_id == second.who["auditor"]


def test_without_an_auditor_the_audit_waits(app: Flask) -> None:
    follow = m.monitored(app, days=250)
    with app.app_context():
        db.session.execute(db.delete(RoleGrant).where(RoleGrant.role == Role.AUDITOR))
        db.session.commit()
    _close(follow)
    with app.app_context():
        assert db.session.scalars(db.select(Audit)).one().auditor_id is None


def _close(follow: m.Follow) -> None:
    (report,) = m.reports(follow)
    m.write(follow, report)
    m.move(follow, "editor", Report, report, Trigger.SUBMIT_REPORT)
    m.move(follow, "manager", Report, report, Trigger.ACCEPT_REPORT)
    m.move(follow, "manager", Application, follow.file, Trigger.START_CLOSING)


def test_a_finding_closes_with_its_last_action(app: Flask) -> None:
    follow = m.monitored(app)
    finding, first = m.action(follow)
    second = m.another_action(follow, finding)
    for action, closed in ((first, False), (second, True)):
        m.prove(follow, CorrectiveAction, action)
        m.move(follow, "editor", CorrectiveAction, action, Trigger.MARK_DONE)
        m.move(follow, "officer", CorrectiveAction, action, Trigger.VERIFY)
        m.move(follow, "manager", CorrectiveAction, action, Trigger.CLOSE_ACTION)
        with app.app_context():
            assert (db.session.get_one(Finding, finding).closed_at is not None) is closed
