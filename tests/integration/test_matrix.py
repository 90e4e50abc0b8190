"""Who gets which page of a file: every address with a file's or a child's number × people × states, by hand [G1].

The table says what `domain.md` says ("Who sees a file"), not what the code does. A letter stands for a person:

    P  editor of the lead            S  signatory of the partner      M  editor of a municipality that takes no part
    L  officer of the partner's LGA  O  officer of another LGA        R  manager of the programme
    X  manager of another programme  A  assessor of the file          U  auditor, not assigned
    N  panel member                  D  system administrator          Z  nobody signed in

Who is listed opens it: a page, the way to the page that holds the answer, or the reason why not now. Who knows the
file but is not listed gets 403, everybody else 404, whether the file exists or not; Z is sent to the sign-in page.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import people
from webapp import clock, policy
from webapp.demo import load as demonstration
from webapp.demo import moves
from webapp.demo.files import FILES
from webapp.demo.stage import Stage
from webapp.demo.world import PLACES
from webapp.extensions import db
from webapp.jobs import courier
from webapp.models.agreement import Agreement, Document
from webapp.models.application import Application, AttachedTo, Attachment, Section
from webapp.models.assessment import Advice, Review
from webapp.models.document_file import DocumentFile, FileRole
from webapp.models.monitoring import (
    Audit,
    AuditKind,
    CorrectiveAction,
    Finding,
    FindingSource,
    Obligation,
    Report,
    Severity,
)
from webapp.models.people import Organisation, Person
from webapp.models.programme import Call, Programme
from webapp.models.record import Deadline
from webapp.transaction import writing
from workflows.vocabulary import Role, State, Trigger

PEOPLE = {
    "P": "editor.rheden", "S": "signatory.rubavu", "M": "editor.goes", "L": "ralga", "O": "ulga", "R": "manager",
    "A": "assessor", "U": "auditor", "N": "panel1", "D": "admin",
}  # fmt: skip
STATES = ("draft", "review", "decision", "appeal", "contracting", "monitoring")
OPEN = {200, 303, 409}  # the page, the way to where the answer is, or why the step cannot be taken now
Row = tuple[str | None, str | None, str | None, str | None, str | None, str | None]

# --- the table: for each address who opens it, in the order of STATES; None: nothing is there yet ------------------

# Parties always; the office and those assigned once it is submitted; associations while they review, the panel while
# it judges. Before and after, an association has the summary that stands at the file's own address.
FILE: Row = ("PS", "PSLRA", "PSRA", "PSRAN", "PSRA", "PSRA")
SUMMARY: Row = ("PS", "PSLRA", "PSLRA", "PSLRAN", "PSLRA", "PSLRA")
ASSESSMENT: Row = ("", "PSLRA", "PSRA", "PSRAN", "PSRA", "PSRA")
REVIEWS: Row = ("", "LR", "R", "RN", "R", "R")
DECISION: Row = ("", "R", "R", "RN", "R", "R")
ANSWERS: Row = ("", "PSR", "PSR", "PSRN", "PSR", "PSR")  # appeal and letters: told to the applicants too
AGREED: Row = ("", "", "", "", "PSR", "PSR")
PREPARED: Row = ("", "", "", "", "R", "")
FOLLOWED: Row = ("", "", "", "", "", "PSR")
NOBODY: Row = ("", "", "", "", "", "")

TABLE: dict[str, Row] = {
    "/applications/<application_id>": SUMMARY,
    "/applications/<application_id>/history": FILE,
    "/applications/<application_id>/path": FILE,
    "/cases/<machine>/<case_id>/path": FILE,
    "/applications/<application_id>/read": FILE,
    "/applications/<application_id>/difference": (None, "PSLRA", "PSRA", "PSRAN", "PSRA", "PSRA"),
    "/applications/<application_id>/form": FILE,
    "/applications/<application_id>/form/<section>": FILE,
    "/applications/<application_id>/form/<section>/files": ("PS", "", "", "", "", ""),
    "/applications/<application_id>/sign-off": ("S", "", "", "", "", ""),
    "/applications/<application_id>/answer": FILE,
    "/applications/<application_id>/clarify": ("", "L", "R", "", "", ""),
    "/attachments/<attachment_id>": FILE,
    "/move/<machine>/<case_id>/<trigger>": ("S", "S", "S", "PSRAN", "S", "PSRA"),  # to withdraw; 409 once too late
    "/applications/<application_id>/eligibility": ASSESSMENT,
    "/applications/<application_id>/baseline": ASSESSMENT,
    "/applications/<application_id>/baseline/<organisation_id>": ASSESSMENT,
    "/applications/<application_id>/reviews": REVIEWS,
    "/reviews/<review_id>": REVIEWS,
    "/applications/<application_id>/decision": DECISION,
    "/applications/<application_id>/decision/confirm/<role>": DECISION,
    "/applications/<application_id>/appeal": ANSWERS,
    "/applications/<application_id>/letters": ANSWERS,
    "/applications/<application_id>/letters/<document_id>": ANSWERS,
    "/applications/<application_id>/letters/<document_id>/pdf": ANSWERS,
    "/applications/<application_id>/agreement": AGREED,
    "/applications/<application_id>/agreement/documents/<document_id>": AGREED,
    "/applications/<application_id>/agreement/documents/<document_id>/pdf": AGREED,
    "/applications/<application_id>/agreement/documents/<document_id>/sealed": AGREED,
    "/applications/<application_id>/agreement/documents/<document_id>/evidence": AGREED,
    "/applications/<application_id>/agreement/sign": AGREED,
    "/applications/<application_id>/agreement/sign/provider": AGREED,
    "/applications/<application_id>/agreement/sign/provider/<reference>": NOBODY,  # a signature that was begun: its own
    "/applications/<application_id>/agreement/sign/delegate": AGREED,
    "/applications/<application_id>/agreement/order": PREPARED,
    "/applications/<application_id>/agreement/parties/<party_id>/sheet": AGREED,
    "/applications/<application_id>/agreement/parties/<party_id>/scan": AGREED,
    "/applications/<application_id>/agreement/scans/<scan_id>": NOBODY,  # none is handed in here
    "/applications/<application_id>/agreement/scans/<scan_id>/file": NOBODY,
    "/applications/<application_id>/agreement/instrument": PREPARED,
    "/applications/<application_id>/agreement/language": PREPARED,
    "/applications/<application_id>/agreement/obligations": PREPARED,
    "/applications/<application_id>/agreement/parties/<party_id>": PREPARED,
    "/applications/<application_id>/agreement/text": AGREED,
    "/applications/<application_id>/agreement/difference": AGREED,
    "/applications/<application_id>/agreement/article": AGREED,
    "/applications/<application_id>/agreement/clauses": AGREED,
    "/applications/<application_id>/agreement/clauses/<clause_id>": (None, None, None, None, "PSR", None),
    "/applications/<application_id>/agreement/clauses/<clause_id>/change": (None, None, None, None, "R", None),
    "/applications/<application_id>/agreement/clauses/new": PREPARED,
    "/applications/<application_id>/agreement/check": PREPARED,  # by another than who wrote it: the page says so
    "/applications/<application_id>/agreement/agree": ("", "", "", "", "PS", ""),
    "/applications/<application_id>/agreement/tranches": PREPARED,
    "/applications/<application_id>/monitoring": FOLLOWED,
    "/applications/<application_id>/monitoring/committee": PREPARED,  # decided before monitoring starts
    "/applications/<application_id>/monitoring/focal-points/<organisation_id>": ("", "", "", "", "", "R"),
    "/applications/<application_id>/monitoring/notice": NOBODY,  # the director's
    "/applications/<application_id>/findings/new": ("", "", "", "", "", "R"),
    "/findings/<finding_id>/actions/new": ("", "", "", "", "", "R"),
    "/applications/<application_id>/audit": (None, None, None, None, None, "PSR"),
    "/audits/<audit_id>": FOLLOWED,
    "/reports/<report_id>": FOLLOWED,
    "/actions/<action_id>": FOLLOWED,
    "/obligations/<obligation_id>": FOLLOWED,
    "/evidence/<attachment_id>": FOLLOWED,
    "/deadlines/<deadline_id>/extend": (None, "R", "R", "R", "R", "R"),  # 409 once it is over
}
# Whoever knows the file but may not open this gets 403; of moves and of ways only those know who see it whole.
KNOWN = dict.fromkeys(TABLE, SUMMARY) | dict.fromkeys(
    ("/move/<machine>/<case_id>/<trigger>", "/cases/<machine>/<case_id>/path"), FILE
)


# --- the files -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """The demonstration with one file for each state, all of Rheden and Rubavu, and everybody's number."""

    app: Flask
    files: dict[str, int]
    persons: dict[str, int]
    children: dict[tuple[str, str], int]  # (name of the argument, state) -> number

    def address(self, pattern: str, state: str) -> str | None:
        """The address with this file's numbers; None when the file has no such child in this state."""
        address = pattern
        for name in re.findall(r"<(\w+)>", pattern):
            number = self.files[state] if name == "application_id" else self.children.get((key(pattern, name), state))
            value = CHOSEN.get(name, number)
            if value is None:
                return None
            address = address.replace(f"<{name}>", str(value))
        return address


CHOSEN = {"section": "problem", "role": "finance_officer", "machine": "application", "trigger": "withdraw"}
CHILDREN = {
    "application_id", "review_id", "report_id", "action_id", "obligation_id", "audit_id", "finding_id", "party_id",
    "attachment_id", "document_id", "case_id", "deadline_id", "clause_id",
}  # fmt: skip


def key(pattern: str, name: str) -> str:
    """Letters and contracts are both documents; files of a section and of a report are both attachments."""
    return pattern.partition(f"/<{name}>")[0].rpartition("/")[2] if name in ("attachment_id", "document_id") else name


def guarded(app: Flask) -> set[str]:
    """Every GET address that names an application or a child of one; those of programs are in `test_matrix_api`."""
    rules = [r for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and r.arguments & CHILDREN]
    pages = [rule.rule for rule in rules if not rule.rule.startswith("/api/")]
    return {re.sub(r"<[^>]*?(\w+)>", r"<\1>", page) for page in pages}


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        demonstration.load(app)
        stage = _stage(app)
        files = {"contracting": stage.files["boulevard"], "monitoring": stage.files["tourism"]}
        for state, play in (("draft", _draft), ("review", _review), ("decision", _decision), ("appeal", _appeal)):
            play(stage)
            files[state] = stage.files["tourism"]
        persons = {letter: stage.people[account] for letter, account in PEOPLE.items()}
        persons["X"] = _manager_elsewhere(stage)
        children = _children(files, stage)
        db.session.remove()
    return World(app, files, persons, children)


def _stage(app: Flask) -> Stage:
    """The demonstration's stage as the play left it, to play on."""
    stage = Stage(courier(app))
    names = {place.name: place.key for place in PLACES}
    stage.places = {names[row.name]: row.id for row in db.session.scalars(select(Organisation))}
    stage.people = {row.email.partition("@")[0]: row.id for row in db.session.scalars(select(Person)) if row.email}
    for call in db.session.scalars(select(Call)):
        plan = "rwanda" if call.plan.country == "RW" else "uganda"
        stage.calls[plan] = call.id
        stage.themes |= {(plan, theme.title): theme.id for theme in call.plan.themes}
    titles = {file.title: file.key for file in FILES}
    stage.files = {titles[row.title]: row.id for row in db.session.scalars(select(Application))}
    db.session.rollback()
    return stage


def _draft(stage: Stage) -> None:
    moves.write(stage, "tourism")


def _review(stage: Stage) -> None:
    begun = moves.BY_KEY["tourism"].begun
    moves.write(stage, "tourism")
    moves.submit(stage, "tourism")
    moves.start_eligibility(stage, "tourism", begun - 12)
    moves.pass_eligibility(stage, "tourism", begun - 15)
    moves.assess(stage, "tourism", begun - 24, 8)


def _decision(stage: Stage, total: int = 74) -> None:
    _review(stage)
    moves.review(stage, "tourism", 200, {"partner": total, "NL": total}, Advice.FUND)
    moves.to_decision(stage, "tourism", 190)


def _appeal(stage: Stage) -> None:
    _decision(stage, 52)
    moves.decide(stage, "tourism", 20, State.REJECTED, (("manager2", Role.PROGRAMME_MANAGER),))
    with stage.on(8):
        case = moves.case(stage, "tourism")
        stage.move(case, Trigger.FILE_APPEAL, "signatory.rheden", "The upkeep was described and not read.")


def _manager_elsewhere(stage: Stage) -> int:
    """A manager of a programme that has nothing to do with these files."""
    with writing():
        other = Programme(
            code="ELSE", title="Another programme", starts_on=date(2026, 1, 1), ends_on=date(2029, 12, 31),
            budget=Decimal(1000), currency="EUR", funder="Somebody", operator_id=stage.places["office"],
        )  # fmt: skip
        db.session.add(other)
        db.session.flush()
        return people.grant(people.person("Elsewhere"), Role.PROGRAMME_MANAGER, programme_id=other.id).id


def _children(files: dict[str, int], stage: Stage) -> dict[tuple[str, str], int]:
    """One child of each kind where the state has it; what the demonstration lacks is added."""
    found: dict[tuple[str, str], int] = {}
    with writing():
        for state, number in files.items():
            application = db.session.get_one(Application, number)
            for name, row_id in _own_children(application, stage).items():
                if row_id is not None:
                    found[name, state] = row_id
    return found


def _own_children(application: Application, stage: Stage) -> dict[str, int | None]:
    if application.state is State.MONITORING:
        _findings_and_audit(application, stage)
    _files_of_each_document(application)
    report = _first(Report, application)
    return {
        "case_id": application.id,
        "organisation_id": stage.places["rheden"],
        "review_id": _first(Review, application),
        "report_id": report,
        "obligation_id": _first(Obligation, application),
        "finding_id": _first(Finding, application),
        "audit_id": _first(Audit, application),
        "deadline_id": _first(Deadline, application),
        "action_id": db.session.scalar(
            select(CorrectiveAction.id).join(Finding).where(Finding.application_id == application.id)
        ),
        "clause_id": next((c.id for a in _all(Agreement, application) for c in a.clauses), None),
        "party_id": next((p.id for a in _all(Agreement, application) for p in a.parties), None),
        "documents": next((d.id for d in _all(Document, application) if d.agreement_id is not None), None),
        "letters": next((d.id for d in _all(Document, application) if d.agreement_id is None), None),
        "attachments": _attached(application, AttachedTo.SECTION, Section.PROBLEM.value),
        "evidence": _attached(application, AttachedTo.REPORT, str(report)) if report else None,
    }


def _all(model: type[Any], application: Application) -> list[Any]:
    query = select(model).where(model.application_id == application.id).order_by(model.id)
    return list(db.session.scalars(query))


def _first(model: type[Any], application: Application) -> int | None:
    return next((row.id for row in _all(model, application)), None)


def _attached(application: Application, to: AttachedTo, subject: str) -> int:
    file_id = db.session.scalars(select(Document.file_id).where(Document.file_id.is_not(None))).first()
    row = Attachment(
        application_id=application.id, attached_to=to, subject=subject, file_id=file_id,
        added_by_id=application.created_by_id, added_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row.id


def _files_of_each_document(application: Application) -> None:
    """The demonstration has no LibreOffice here: any bytes will do."""
    for document in _all(Document, application):
        known = {row.role for row in document.files}
        for role in {FileRole.PDF, FileRole.SEALED, FileRole.EVIDENCE} - known:
            beside = {"role": role, "file_id": document.file_id, "created_at": clock.now()}
            db.session.add(DocumentFile(document_id=document.id, **beside))
    db.session.flush()


def _findings_and_audit(application: Application, stage: Stage) -> None:
    finding = Finding(
        application_id=application.id, source=FindingSource.SITE_VISIT, severity=Severity.LOW, text="No minutes",
        raised_by_id=stage.people["manager"], raised_at=clock.now(),
    )  # fmt: skip
    db.session.add(finding)
    db.session.flush()
    action = CorrectiveAction(
        application_id=application.id, finding_id=finding.id, description="Write minutes",
        owner_organisation_id=stage.places["rubavu"], due_on=clock.today(),
    )  # fmt: skip
    audit = Audit(application_id=application.id, kind=AuditKind.SIMPLE, requested_at=clock.now())
    db.session.add_all([action, audit])
    db.session.flush()


# --- the tests -----------------------------------------------------------------------------------------------------


def test_no_address_is_left_out(app: Flask) -> None:
    assert guarded(app) == set(TABLE)


def test_an_address_nobody_listed_is_noticed() -> None:
    """The planted mutant of the list."""
    careless = Flask("careless")
    careless.add_url_rule("/applications/<int(min=1):application_id>/secrets", "secrets", lambda: "all of them")
    assert guarded(careless) - set(TABLE) == {"/applications/<application_id>/secrets"}


def test_every_cell(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address × state × person answers as the table says, and reading leaves no trace in the database.

    SQLite judges every cell. The policy knows no database, so PostgreSQL judges every third address.
    """
    on_sqlite = world.app.config["SETTINGS"].database_url.startswith("sqlite")
    table = TABLE if on_sqlite else dict(list(TABLE.items())[::3])
    wrong = []
    for letter in (*PEOPLE, "X", "Z"):
        client = _client(world, letter)
        before = digest(world.app)
        wrong += judge(world, client, letter, table)
        assert digest(world.app) == before, f"what {letter} asked for changed the database"
    assert not wrong, "\n" + "\n".join(wrong)
    _a_loosened_policy_is_noticed(world, monkeypatch)


def _a_loosened_policy_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutant, on the same files: everybody may read every file and every review."""
    tight = policy.may
    loose = {policy.Action.VIEW_REVIEWS, policy.Action.VIEW_FILE}
    monkeypatch.setattr(policy, "may", lambda who, action, scope: action in loose or tight(who, action, scope))
    few = {pattern: TABLE[pattern] for pattern in ("/applications/<application_id>/read", "/reviews/<review_id>")}
    assert len(judge(world, _client(world, "M"), "M", few)) == 6 + 5
    assert len(judge(world, _client(world, "L"), "L", few)) == 5 + 4


def judge(world: World, client: FlaskClient, letter: str, table: dict[str, Row]) -> list[str]:
    """One line for each cell of this person that answers otherwise than the table says."""
    wrong = []
    for pattern, row in table.items():
        for place, state in enumerate(STATES):
            address = world.address(pattern, state)
            if address is None:
                continue
            expected = expectation(row[place], KNOWN[pattern][place], letter)
            response = client.get(address)
            found = answer(response.status_code, response.headers.get("Location", ""))
            if found != expected:
                wrong.append(f"{letter} in {state} at {address} ({pattern}): {found}, should be {expected}")
    return wrong


def expectation(may: str | None, knows: str | None, letter: str) -> str:
    if letter == "Z":
        return "sign in"
    if may is None:
        return "404"
    return "open" if letter in may else "403" if letter in (knows or "") else "404"


def answer(status: int, location: str) -> str:
    if "/sign-in" in location:
        return "sign in"
    elsewhere = location.endswith("/path")  # of a file, the way has an address of its own
    return "open" if status in OPEN or elsewhere else str(status)


def _client(world: World, letter: str) -> FlaskClient:
    client = world.app.test_client()
    if letter == "Z":
        return client
    with world.app.app_context():
        return people.sign_in(client, db.session.get_one(Person, world.persons[letter]))


def digest(app: Flask) -> dict[str, Any]:
    """How many rows each table has and its newest number; sessions note when they were used."""
    with app.app_context():
        found = {}
        for table in db.metadata.sorted_tables:
            if table.name != "user_session":
                rows = db.session.execute(select(table)).all()
                found[table.name] = hash(tuple(sorted(map(repr, rows))))
        db.session.rollback()
        return found
