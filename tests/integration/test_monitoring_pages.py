"""The monitoring tab and its pages, over HTTP: who sees what, what is refused and in which words."""

import re
from datetime import UTC, datetime, time, timedelta
from functools import partial
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from html5lib import HTMLParser
from werkzeug.test import TestResponse

from tests.factories import monitoring as m
from tests.factories import people
from tests.factories.applications import statements
from tests.support import mailbox
from tests.support.odd import ODD, ODD_KEPT, ODD_SHOWN
from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application, AttachedTo, Attachment
from webapp.models.monitoring import (
    Audit,
    CommitteeDecision,
    CorrectiveAction,
    Finding,
    FocalPoint,
    Obligation,
    Opinion,
    Report,
    TerminationNotice,
)
from webapp.models.people import Person
from webapp.monitoring import use_cases
from webapp.policy import Principal
from webapp.services import scope
from webapp.transaction import writing
from workflows.vocabulary import Role, State, Trigger

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
WHOLE = {
    "services_count": "120", "services_unit": "advisory visits", "quality_score": "4",
    "quality_narrative": "Prepared together", "satisfaction_percent": "82", "satisfaction_respondents": "60",
    "satisfaction_method": "Interview", "spent_travel": "4000.00", "spent_training": "0",
}  # fmt: skip


def enter(client: FlaskClient, follow: m.Follow, name: str) -> FlaskClient:
    with follow.app.app_context():
        return people.sign_in(client, db.session.get_one(Person, follow.who[name]))


def send(client: FlaskClient, url: str, **fields: object) -> TestResponse:
    return client.post(url, data=fields, content_type="multipart/form-data")


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return len(db.session.scalars(db.select(model)).all())


# --- the tab --------------------------------------------------------------------------------------


def test_a_signed_file_says_what_to_set_up_first(app: Flask, client: FlaskClient) -> None:
    follow = m.signed_file(app)
    page = enter(client, follow, "manager").get(follow.address())
    assert page.status_code == 200
    assert "Not decided yet" in page.text and page.text.count("Not named yet") == 2
    assert "It is not decided yet whether there will be a monitoring committee." in page.text
    assert "0 of 2 obligations fulfilled" in page.text
    assert "Payments themselves come later." in page.text
    assert page.text.index("How this project is watched") < page.text.index("Payment schedule")


def test_the_tab_needs_ten_statements_however_much_is_on_it(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app, days=1500)
    for _number in range(6):
        m.action(follow)
    enter(client, follow, "manager").get(follow.address())
    with statements() as seen:
        page = client.get(follow.address())
    assert page.status_code == 200 and page.text.count("Calibrate the weighbridge") >= 6
    assert len(seen) <= 10, "\n\n".join(seen)


@pytest.mark.parametrize("name", ["editor", "signatory", "officer", "director", "finance", "admin"])
def test_who_follows_the_file_reads_the_tab(app: Flask, client: FlaskClient, name: str) -> None:
    follow = m.monitored(app)
    assert enter(client, follow, name).get(follow.address()).status_code == 200


@pytest.mark.parametrize(("name", "status"), [("stranger", 404), ("other auditor", 404), ("reviewer", 403)])
def test_nobody_else_does(app: Flask, client: FlaskClient, name: str, status: int) -> None:
    """An association sees a summary of the file, and so learns that this part is not for it."""
    follow = m.monitored(app)
    assert enter(client, follow, name).get(follow.address()).status_code == status


@pytest.mark.parametrize(("day", "late"), [(-1, False), (0, False), (1, True)])
def test_overdue_begins_the_day_after(app: Flask, client: FlaskClient, day: int, late: bool) -> None:
    follow = m.monitored(app)
    with app.app_context():
        due = min(db.session.scalars(db.select(Report.due_on)))
    with clock.at(datetime.combine(due + timedelta(days=day), time(12), UTC)):
        page = enter(client, follow, "manager").get(follow.address())
    assert page.status_code == 200
    reports = page.text[page.text.index('id="reports"') : page.text.index('id="findings"')]
    assert ("Overdue" in reports) is late


def test_a_report_that_has_arrived_is_not_overdue(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app, days=250)
    (report,) = m.reports(follow)
    m.write(follow, report)
    m.move(follow, "editor", Report, report, Trigger.SUBMIT_REPORT)
    with clock.at(clock.now() + timedelta(days=900)):
        page = enter(client, follow, "director").get(follow.address())
    reports = page.text[page.text.index('id="reports"') : page.text.index('id="findings"')]
    assert "Overdue" not in reports


def test_every_page_is_strict_html_and_needs_ten_statements_at_most(app: Flask, client: FlaskClient) -> None:
    follow = m.closing(app, days=250)
    finding, action = m.action(follow, owner="editor")
    m.prove(follow, CorrectiveAction, action)
    m.move(follow, "editor", CorrectiveAction, action, Trigger.MARK_DONE)
    m.move(follow, "officer", CorrectiveAction, action, Trigger.VERIFY)
    (report,), (obligation, _other) = m.reports(follow), m.obligations(follow)
    new, running = m.signed_file(app), m.monitored(app)
    pages = [
        (follow, "director", follow.address()), (follow, "manager", f"/reports/{report}"),
        (follow, "manager", f"/actions/{action}"), (follow, "editor", f"/obligations/{obligation}"),
        (follow, "auditor", follow.address("audit")), (follow, "manager", follow.address("findings/new")),
        (follow, "manager", f"/findings/{finding}/actions/new"), (new, "manager", new.address()),
        (new, "manager", new.address("monitoring/committee")), (running, "director", running.address()),
        (running, "editor", f"/reports/{m.reports(running)[0]}?check=1"),
        (running, "director", running.address("monitoring/notice")),
    ]  # fmt: skip
    for file, name, url in pages:
        enter(client, file, name)
        with statements() as seen:
            page = client.get(url)
        assert page.status_code == 200, url
        HTMLParser(strict=True).parse(page.text)
        assert len(seen) <= 10, f"{url}: {len(seen)}\n" + "\n\n".join(seen)


# --- unknown and foreign --------------------------------------------------------------------------


def test_records_of_another_file_are_not_found(app: Flask, client: FlaskClient) -> None:
    theirs, mine = m.closing(app, days=250), m.closing(app, days=250)
    with app.app_context():
        audit = db.session.scalars(db.select(Audit.id).where(Audit.application_id == theirs.file)).one()
    _finding, action = m.action(theirs)
    (obligation, _other), (report,) = m.obligations(theirs), m.reports(theirs)
    enter(client, mine, "editor")
    found = [f"/reports/{report}", f"/actions/{action}", f"/obligations/{obligation}", f"/audits/{audit}"]
    found += [theirs.address("audit"), theirs.address(), theirs.address("findings/new"), "/evidence/1"]
    for address in found:
        assert client.get(address).status_code == 404, address
        assert client.get(re.sub(r"\d+", "99999", address, count=1)).status_code == 404
        assert client.get(re.sub(r"\d+", "9" * 30, address, count=1)).status_code == 404


def test_an_action_is_opened_on_a_finding_of_ones_own_file(app: Flask, client: FlaskClient) -> None:
    theirs, mine = m.monitored(app), m.monitored(app)
    finding, _action = m.action(theirs)
    assert enter(client, mine, "manager").get(f"/findings/{finding}/actions/new").status_code == 404


# --- committee and focal points -------------------------------------------------------------------


def test_the_committee_is_decided_with_a_reason_and_a_chair(app: Flask, client: FlaskClient) -> None:
    follow = m.signed_file(app)
    url = follow.address("monitoring/committee")
    enter(client, follow, "manager")
    refused = send(client, url, installed="yes", reason=" ")
    assert refused.status_code == 422 and "Fill in this field." in refused.text
    refused = send(client, url, installed="yes", reason=ODD)
    assert refused.status_code == 422 and ODD_SHOWN in refused.text
    assert "Choose one of the municipalities of this project." in refused.text
    assert send(client, url, installed="yes", reason=ODD, first_chair_id=follow.partner).status_code == 303
    assert send(client, url, installed="no", reason="Small exchange").status_code == 303
    with app.app_context():
        decision = db.session.scalars(db.select(CommitteeDecision)).one()
        assert (decision.installed, decision.reason, decision.first_chair_id) == (False, "Small exchange", None)


def test_a_focal_point_belongs_to_the_municipality_and_not_to_the_project(app: Flask, client: FlaskClient) -> None:
    follow = m.signed_file(app)
    url = follow.address(f"monitoring/focal-points/{follow.lead}")
    page = enter(client, follow, "manager").get(url)
    assert page.text.count("This person works on the project or signs for it") == 2
    assert follow.address(f"monitoring/focal-points/{follow.partner + 77}") not in page.text
    assert client.get(follow.address("monitoring/focal-points/99999")).status_code == 404
    for name, words in (
        ("editor", "works on the project or signs for it"),
        ("signatory", "works on the project or signs for it"),
        ("stranger", "Not a valid choice"),
    ):
        refused = send(client, url, person_id=follow.who[name])
        assert refused.status_code == 422 and words in refused.text, name
    assert send(client, url).status_code == 422
    assert send(client, url, person_id=follow.who["officer"]).status_code == 303
    with app.app_context():
        officer = db.session.get_one(Person, follow.who["officer"])
        assert Role.FOCAL_POINT in {grant.role for grant in scope.principal(officer).grants}
        mails = mailbox.mails()
        assert any(mail["to"] == officer.email and "focal point" in mail["subject"] for mail in mails)


def test_naming_another_ends_the_watch_of_the_first(app: Flask) -> None:
    follow = m.signed_file(app)
    for name in ("officer", "admin"):
        person = follow.who[name]
        follow.run("manager", partial(_name, person=person))
    with app.app_context():
        assert db.session.scalars(db.select(FocalPoint.person_id)).all() == [follow.who["admin"]]
        officer = db.session.get_one(Person, follow.who["officer"])
        assert not scope.principal(officer).grants


def _name(follow: m.Follow, actor: Principal, *, person: int) -> None:
    use_cases.name_focal_point(follow.application(), follow.lead, person, actor)


def test_an_administrator_names_for_their_own_municipality_alone(app: Flask, client: FlaskClient) -> None:
    follow = m.signed_file(app)
    enter(client, follow, "admin")
    own, other = (follow.address(f"monitoring/focal-points/{place}") for place in (follow.lead, follow.partner))
    assert client.get(other).status_code == 404
    assert own in client.get(follow.address()).text
    assert send(client, own, person_id=follow.who["officer"]).status_code == 303


# --- reports --------------------------------------------------------------------------------------


def first_report(app: Flask) -> tuple[m.Follow, int, str]:
    follow = m.monitored(app)
    report = m.reports(follow)[0]
    return follow, report, f"/reports/{report}"


def revision(client: FlaskClient, url: str) -> str:
    found = re.search(r'name="revision"[^>]*value="(\d+)"', client.get(url).text)
    assert found
    return found.group(1)


def test_three_sections_are_refused_the_fourth_makes_it_whole(app: Flask, client: FlaskClient) -> None:
    follow, report, url = first_report(app)
    enter(client, follow, "editor")
    three = {name: value for name, value in WHOLE.items() if not name.startswith("satisfaction")}
    kept = send(client, url, then="submit", revision="1", **three)
    assert kept.status_code == 303 and kept.location.endswith("check=1")
    page = client.get(kept.location)
    assert '<a href="#satisfaction_percent">Satisfaction of citizens: fill in this part' in page.text
    assert page.text.count("fill in this part before you submit") == 2  # in the summary and at the field
    assert "advisory visits" in page.text
    move = client.get(f"/move/report/{report}/submit_report")
    assert move.status_code == 409 and "Still empty: Satisfaction of citizens." in move.text
    whole = send(client, url, then="submit", revision=revision(client, url), **WHOLE)
    assert whole.status_code == 303 and whole.location.endswith(f"/move/report/{report}/submit_report")
    assert send(client, whole.location).status_code == 303
    with app.app_context():
        assert db.session.get_one(Report, report).state is State.SUBMITTED


@pytest.mark.parametrize(("missing", "field"), [
    ("services", "services_count"), ("quality", "quality_score"), ("satisfaction", "satisfaction_percent"),
    ("spent", "spent_travel"),
])  # fmt: skip
def test_each_section_is_named_at_its_field(app: Flask, client: FlaskClient, missing: str, field: str) -> None:
    follow, _report, url = first_report(app)
    enter(client, follow, "editor")
    values = {name: value for name, value in WHOLE.items() if not name.startswith(missing)}
    page = client.get(send(client, url, then="submit", revision="1", **values).location)
    anchor = f"{field}-0" if field == "quality_score" else field
    assert f'href="#{anchor}"' in page.text


def test_a_draft_may_be_empty_and_keeps_odd_text(app: Flask, client: FlaskClient) -> None:
    follow, report, url = first_report(app)
    enter(client, follow, "editor")
    assert send(client, url, then="save", revision="1").status_code == 303
    assert send(client, url, then="save", revision="2", lessons=ODD, services_unit=ODD).status_code == 303
    with app.app_context():
        row = db.session.get_one(Report, report)
        assert row.lessons == ODD_KEPT and row.finance == []
    assert ODD_SHOWN in client.get(url).text


@pytest.mark.parametrize(("field", "value", "words"), [
    ("spent_travel", "-1", "The amount cannot be negative."),
    ("spent_travel", "0.005", "Use at most two decimal places"),
    ("spent_travel", "1e9", "Write the amount in figures"),
    ("spent_travel", "NaN", "Write the amount in figures"),
    ("spent_travel", "1.234", "two ways"),
    ("services_count", "-1", "Write a whole number from 0 to"),
    ("services_count", "9" * 40, "Write a whole number from 0 to"),
    ("services_count", "many", "Not a valid integer value"),
    ("satisfaction_percent", "101", "Write a whole number from 0 to 100."),
    ("satisfaction_respondents", "0", "Write a whole number from 1 to"),
    ("quality_score", "6", "Not a valid choice"),
    ("quality_score", "²", "Not a valid choice"),
    ("satisfaction_method", "x" * 301, "Use at most 300 characters."),
    ("lessons", "x" * 5001, "5000"),
])  # fmt: skip
def test_what_makes_no_sense_is_said_at_the_field(
    app: Flask, client: FlaskClient, field: str, value: str, words: str
) -> None:
    follow, _report, url = first_report(app)
    enter(client, follow, "editor")
    refused = send(client, url, revision="1", **{"services_unit": "Kept & here", field: value})
    assert refused.status_code == 422
    assert words in refused.text and "Kept &amp; here" in refused.text
    assert f'id="{field}-error"' in refused.text


def test_two_people_in_one_report_lose_nothing(app: Flask, client: FlaskClient) -> None:
    follow, report, url = first_report(app)
    enter(client, follow, "editor")
    m.write(follow, report, lessons="Theirs, saved first")
    stale = send(client, url, revision="1", lessons="Mine, typed meanwhile")
    assert stale.status_code == 409
    assert "Mine, typed meanwhile" in stale.text and "Theirs, saved first" in stale.text
    with app.app_context():
        assert db.session.get_one(Report, report).lessons == "Theirs, saved first"
    again = send(client, url, revision=re.findall(r'name="revision"[^>]*value="(\d+)"', stale.text)[0], lessons="Both")
    assert again.status_code == 303


def test_a_report_is_returned_with_a_reason_that_its_author_reads_first(app: Flask, client: FlaskClient) -> None:
    follow, report, url = first_report(app)
    m.write(follow, report)
    m.move(follow, "editor", Report, report, Trigger.SUBMIT_REPORT)
    enter(client, follow, "editor")
    read = client.get(url)
    assert "Submitted by" in read.text and "<form" in read.text and 'name="lessons"' not in read.text
    address = f"/move/report/{report}/return_report"
    enter(client, follow, "manager")
    assert send(client, address, reason="", request_id="a").status_code == 422
    assert send(client, address, reason="The annex is missing.", request_id="b").status_code == 303
    enter(client, follow, "editor")
    page = client.get(url).text
    assert page.index("The annex is missing.") < page.index('name="services_count"')


def test_a_submitted_report_cannot_be_written(app: Flask, client: FlaskClient) -> None:
    follow, report, url = first_report(app)
    m.write(follow, report)
    enter(client, follow, "editor")
    m.move(follow, "editor", Report, report, Trigger.SUBMIT_REPORT)
    late = client.post(url, data={"lessons": "Too late"})
    assert late.status_code == 422 and "It can be changed only after it is returned." in late.text


def test_the_author_does_not_accept(app: Flask, client: FlaskClient) -> None:
    follow, report, _url = first_report(app)
    with app.app_context(), writing():
        both = db.session.get_one(Person, follow.who["editor"])
        programme = db.session.get_one(Application, follow.file).call.plan.programme_id
        people.grant(both, Role.PROGRAMME_MANAGER, programme_id=programme)
    m.write(follow, report)
    m.move(follow, "editor", Report, report, Trigger.SUBMIT_REPORT)
    page = enter(client, follow, "editor").get(f"/move/report/{report}/accept_report")
    assert page.status_code == 409 and "You wrote this report, so another person accepts it." in page.text


def test_finance_shows_budget_before_now_and_left(app: Flask, client: FlaskClient) -> None:
    follow, report, _url = first_report(app)
    m.write(follow, report)
    second = m.reports(follow)[1]
    m.write(follow, second, finance=[{"category": "travel", "spent": 9000, "note": "Two visits"}])
    page = enter(client, follow, "manager").get(f"/reports/{second}").text
    for amount in ("12,000.00", "4,000.00", "9,000.00", "-EUR 1,000.00", "20,000.00", "7,000.00"):
        assert amount in page.replace("\xa0", " "), amount


def test_evidence_is_looked_at_added_read_and_removed(app: Flask, client: FlaskClient) -> None:
    follow, report, url = first_report(app)
    enter(client, follow, "editor")
    bad = send(client, url, revision="1", lessons="Kept", file=(BytesIO(b"MZ\x90\x00"), "virus.pdf"))
    assert bad.status_code == 422 and 'id="file-error"' in bad.text and "Kept" in bad.text
    good = send(client, url, revision="1", file=(BytesIO(PDF), "interviews.pdf"), file_title=ODD)
    assert good.status_code == 303
    with app.app_context():
        row = db.session.scalars(db.select(Attachment)).one()
        assert (row.attached_to, row.subject) == (AttachedTo.REPORT, str(report))
    assert client.get(f"/evidence/{row.id}").data == PDF
    enter(client, follow, "officer")
    assert client.get(f"/evidence/{row.id}").status_code == 200
    enter(client, follow, "stranger")
    assert client.get(f"/evidence/{row.id}").status_code == 404
    enter(client, follow, "editor")
    assert client.post(f"/evidence/{row.id}/remove").status_code == 303
    assert client.get(f"/evidence/{row.id}").status_code == 404


# --- findings, actions, obligations ---------------------------------------------------------------


def test_a_finding_and_its_action_once_each(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    enter(client, follow, "officer")
    url = follow.address("findings/new")
    refused = send(client, url, text=" ", severity="high", source="site_visit")
    assert refused.status_code == 422 and "Fill in this field." in refused.text
    values = {"text": ODD, "severity": "high", "source": "site_visit", "csrf_token": "r1"}
    assert [send(client, url, **values).status_code for _twice in range(2)] == [303, 303]
    assert count(app, Finding) == 1
    with app.app_context():
        finding = db.session.scalars(db.select(Finding)).one()
        assert finding.text == ODD_KEPT
    act = f"/findings/{finding.id}/actions/new"
    due = (clock.today() + timedelta(days=9)).isoformat()
    values = {"description": ODD, "owner_organisation_id": str(follow.lead), "due_on": due, "csrf_token": "r2"}
    late = send(client, act, **values | {"due_on": "2020-01-01"})
    assert late.status_code == 422 and "Choose a day that is not past." in late.text
    foreign = send(client, act, **values | {"owner_id": follow.who["partner officer"]})
    assert foreign.status_code == 422 and "does not belong to the municipality" in foreign.text
    assert send(client, act, **values | {"owner_organisation_id": "99999"}).status_code == 422
    assert send(client, act, **values | {"due_on": "31-02-2026"}).status_code == 422
    assert [send(client, act, **values).status_code for _twice in range(2)] == [303, 303]
    assert count(app, CorrectiveAction) == 1
    assert ODD_SHOWN in client.get(follow.address()).text


def test_an_editor_raises_no_findings(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    assert enter(client, follow, "editor").get(follow.address("findings/new")).status_code == 403
    assert "Raise a finding" not in client.get(follow.address()).text


def test_an_action_goes_from_evidence_to_a_closed_finding(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    finding, action = m.action(follow)
    url = f"/actions/{action}"
    enter(client, follow, "editor")
    assert "There is no evidence yet. Describe it or add a file." in client.get(url).text
    assert send(client, url, evidence=" ").status_code == 422
    assert send(client, url, evidence="", file=(BytesIO(PDF), "certificate.pdf")).status_code == 303
    assert "Mark as done" in client.get(url).text
    m.move(follow, "editor", CorrectiveAction, action, Trigger.MARK_DONE)
    late = send(client, url, evidence="more")
    assert late.status_code == 422 and "This is no longer open" in late.text
    m.move(follow, "officer", CorrectiveAction, action, Trigger.VERIFY)
    m.move(follow, "manager", CorrectiveAction, action, Trigger.CLOSE_ACTION)
    with app.app_context():
        assert db.session.get_one(Finding, finding).closed_at is not None
        assert db.session.get_one(CorrectiveAction, action).evidence == "certificate.pdf"


def test_own_action_and_own_delivery_are_checked_by_somebody_else(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    with app.app_context(), writing():
        both = db.session.get_one(Person, follow.who["editor"])
        programme = db.session.get_one(Application, follow.file).call.plan.programme_id
        people.grant(both, Role.PROGRAMME_MANAGER, programme_id=programme)
    _finding, action = m.action(follow)
    obligation = m.obligations(follow)[0]
    m.prove(follow, CorrectiveAction, action)
    m.prove(follow, Obligation, obligation)
    m.move(follow, "editor", CorrectiveAction, action, Trigger.MARK_DONE)
    m.move(follow, "editor", Obligation, obligation, Trigger.DELIVER)
    enter(client, follow, "editor")
    page = client.get(f"/move/action/{action}/verify")
    assert page.status_code == 409 and "You worked on this action, so another person verifies it." in page.text
    page = client.get(f"/move/obligation/{obligation}/confirm_delivery")
    assert page.status_code == 409 and "You delivered this yourself, so another person verifies it." in page.text


def test_an_obligation_is_delivered_confirmed_and_counted(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    first, second = m.obligations(follow)
    enter(client, follow, "partner editor")
    url = f"/obligations/{first}"
    assert send(client, url, evidence="Workshop for 14 colleagues").status_code == 303
    m.move(follow, "partner editor", Obligation, first, Trigger.DELIVER)
    m.move(follow, "manager", Obligation, first, Trigger.CONFIRM_DELIVERY)
    assert "1 of 2 obligations fulfilled" in client.get(follow.address()).text
    assert 'name="evidence"' not in client.get(url).text
    enter(client, follow, "manager")
    address = f"/move/obligation/{second}/waive"
    assert send(client, address, reason=" ", request_id="a").status_code == 422
    assert send(client, address, reason="The trainee has died.", request_id="b").status_code == 303
    assert "2 of 2 obligations fulfilled" in client.get(follow.address()).text
    assert "The trainee has died." in client.get(f"/obligations/{second}").text


def test_the_office_does_not_write_the_evidence(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    _finding, action = m.action(follow)
    enter(client, follow, "manager")
    assert 'name="evidence"' not in client.get(f"/actions/{action}").text
    forged = client.post(f"/actions/{action}", data={"evidence": "I say so"})
    assert forged.status_code == 403


# --- notice, audit, closing -----------------------------------------------------------------------


def test_notice_is_given_once_and_withdrawn(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    url = follow.address("monitoring/notice")
    assert enter(client, follow, "manager").get(url).status_code == 403
    enter(client, follow, "director")
    assert send(client, url, grounds="").status_code == 422
    assert send(client, url, grounds=ODD).status_code == 303
    page = client.get(follow.address()).text
    assert "Notice of termination is given" in page and ODD_SHOWN in page
    assert "The time of the notice is not over. It ends on" in page
    again = send(client, url, grounds="Once more")
    assert again.status_code == 422 and "Notice was already given for this project." in again.text
    with app.app_context():
        notice = db.session.scalars(db.select(TerminationNotice)).one()
        assert notice.ends_on == clock.today() + timedelta(days=60)
        number = notice.id
        editor = db.session.get_one(Person, follow.who["editor"]).email
        mails = mailbox.mails()
        assert any(mail["to"] == editor and "notice of termination" in mail["subject"] for mail in mails)
    back = client.post(f"/notices/{number}/withdraw")
    assert back.status_code == 303
    assert "Notice of termination is given" not in client.get(follow.address()).text
    assert client.post("/notices/99999/withdraw").status_code == 404


@pytest.mark.parametrize(("day", "ready"), [(0, False), (1, True)])
def test_terminating_is_offered_once_the_term_is_over(app: Flask, client: FlaskClient, day: int, ready: bool) -> None:
    follow = m.monitored(app)
    notice = follow.run("director", lambda f, who: use_cases.give_notice(f.application(), "No answer", who))
    with clock.at(datetime.combine(notice.ends_on + timedelta(days=day), time(12), UTC)):
        page = enter(client, follow, "director").get(follow.address()).text
    assert (f"/move/application/{follow.file}/terminate" in page) is ready


def test_suspending_and_resuming_are_offered_in_turn(app: Flask, client: FlaskClient) -> None:
    follow = m.monitored(app)
    enter(client, follow, "manager")
    suspend, resume = (f"/move/application/{follow.file}/{step}" for step in ("suspend", "resume"))
    page = client.get(follow.address()).text
    assert suspend in page and resume not in page
    assert send(client, suspend, reason=" ", request_id="a").status_code == 422
    assert send(client, suspend, reason="No council since May.", request_id="b").status_code == 303
    page = client.get(follow.address()).text
    assert resume in page and suspend not in page
    enter(client, follow, "editor")
    assert 'name="lessons"' in client.get(f"/reports/{m.reports(follow)[0]}").text
    assert suspend not in client.get(follow.address()).text


def test_closing_waits_for_opinion_obligations_and_actions(app: Flask, client: FlaskClient) -> None:
    follow = m.closing(app, days=250)
    _finding, action = m.action(follow)
    enter(client, follow, "director")
    words = (
        "The auditor has not given an opinion yet.",
        "Some people who were trained still have to share what they learnt. Still open: 2.",
        "Some findings are not closed yet. Still open: 1.",
        "Some corrective actions are not closed yet. Still open: 1.",
    )
    page = client.get(follow.address()).text
    assert all(sentence in page for sentence in words) and "All the reports are accepted." in page
    close = f"/move/application/{follow.file}/close"
    assert close not in page and client.get(close).status_code == 409
    settle(follow, action)
    page = client.get(follow.address()).text
    assert not any(sentence in page for sentence in words) and close in page
    assert client.get(close).status_code == 200
    assert send(client, close, request_id="end").status_code == 303
    after = client.get(follow.address())
    assert after.status_code == 200 and "Raise a finding" not in after.text


def settle(follow: m.Follow, action: int) -> None:
    """Everything that stands between this file and its end."""
    m.prove(follow, CorrectiveAction, action)
    m.move(follow, "editor", CorrectiveAction, action, Trigger.MARK_DONE)
    m.move(follow, "officer", CorrectiveAction, action, Trigger.VERIFY)
    m.move(follow, "manager", CorrectiveAction, action, Trigger.CLOSE_ACTION)
    for obligation in m.obligations(follow):
        m.prove(follow, Obligation, obligation)
        m.move(follow, "editor", Obligation, obligation, Trigger.DELIVER)
        m.move(follow, "manager", Obligation, obligation, Trigger.CONFIRM_DELIVERY)
    follow.run(
        "auditor",
        lambda f, who: use_cases.give_opinion(f.application(), Opinion.UNQUALIFIED, "In order", m.NOTHING, who),
    )


def test_the_auditor_gives_one_opinion_and_else_only_reads(app: Flask, client: FlaskClient) -> None:
    follow = m.closing(app, days=250)
    (report,) = m.reports(follow)
    enter(client, follow, "auditor")
    url = follow.address("audit")
    assert client.get(url).status_code == 200 and "Give your opinion" in client.get(follow.address()).text
    values = {"opinion": "qualified", "summary": ODD}
    for amount, sentence in (
        ("", "Write 0 when everything is eligible."), ("-1", "The amount cannot be negative."),
        ("18000.01", "This is more than the grant, which is EUR 18,000.00."), ("1e9", "Write the amount in figures"),
    ):  # fmt: skip
        refused = send(client, url, ineligible=amount, **values)
        assert refused.status_code == 422 and sentence in refused.text and ODD_SHOWN in refused.text, amount
    added = send(client, url, then="file", file=(BytesIO(PDF), "accounts.pdf"))
    assert added.status_code == 303 and "accounts.pdf" in client.get(url).text
    assert send(client, url, then="file").status_code == 422
    assert send(client, url, ineligible="4200", **values).status_code == 303
    page = client.get(url).text
    assert "EUR 4,200.00" in page.replace("\xa0", " ") and 'name="summary"' not in page
    for address in (f"/reports/{report}", follow.address("findings/new"), follow.address("monitoring/notice")):
        assert client.post(address).status_code == 403, address


def test_nobody_but_the_auditor_gives_the_opinion(app: Flask, client: FlaskClient) -> None:
    follow = m.closing(app, days=250)
    for name in ("manager", "director", "editor"):
        enter(client, follow, name)
        url = follow.address("audit")
        assert 'name="opinion"' not in client.get(url).text
        assert client.post(url).status_code == 403
    enter(client, follow, "other auditor")
    assert client.get(follow.address("audit")).status_code == 404
