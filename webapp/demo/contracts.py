"""From approval to a contract in force, and what follows: used by the files that get that far."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from webapp.agreements import signing
from webapp.agreements import use_cases as agreements
from webapp.demo.moves import BY_KEY, case
from webapp.demo.stage import Stage
from webapp.models.agreement import Agreement
from webapp.monitoring import use_cases as monitoring
from webapp.negotiation import use_cases as negotiation
from webapp.services.facts import current_agreement
from workflows.vocabulary import Trigger


def agreement(stage: Stage, key: str) -> Agreement:
    found = current_agreement(case(stage, key))
    if found is None:
        raise LookupError(key)
    return found


def start_contracting(stage: Stage, key: str, ago: int) -> None:
    with stage.on(ago):
        application = case(stage, key)
        instrument = agreements.computed_instrument(application)
        agreements.choose_instrument(application, instrument, "", stage.who("manager"))
        stage.move(application, Trigger.START_CONTRACTING, "manager")


def prepare(
    stage: Stage, key: str, ago: int, tranches: tuple[tuple[str, str, int, bool], ...], trainees: tuple[str, ...]
) -> None:
    """Signatories with mandates, the tranche schedule, the knowledge-sharing obligations; then the document."""
    file = BY_KEY[key]
    with stage.on(ago):
        row = agreement(stage, key)
        manager = stage.who("manager")
        signatories = {stage.places[place]: f"signatory.{place}" for place in (file.lead, file.partner)}
        signatories[stage.places["office"]] = "director"
        for party in row.parties:
            person = signatories[party.organisation_id]
            capacity = "Director" if party.is_operator else "Legal representative"
            act = "Mandate decision of the board" if party.is_operator else "Resolution of the council"
            agreements.set_party(
                party,
                stage.people[person],
                capacity,
                act,
                stage.day(ago + 5),
                f"{key.upper()}-{party.position}",
                manager,
            )
        rows = [_tranche(row, *tranche) for tranche in tranches]
        agreements.set_tranches(row, rows, manager)
        for trainee in trainees:
            agreements.add_obligation(row, _obligation(stage, row, file.partner, trainee), manager)
    write(stage, key, ago - 1)


def write(stage: Stage, key: str, ago: int) -> None:
    with stage.on(ago):
        agreements.generate(agreement(stage, key), stage.who("manager"), stage.storage, demonstration=True)


def _tranche(row: Agreement, amount: str, condition: str, after_days: int, balance: bool) -> dict[str, Any]:
    due = row.starts_on + timedelta(days=after_days)
    return {"amount": Decimal(amount), "condition": condition, "due_on": due, "is_balance": balance}


def _obligation(stage: Stage, row: Agreement, partner: str, trainee: str) -> dict[str, Any]:
    return {
        "organisation_id": stage.places[partner],
        "trainee": trainee,
        "training": "Training and coaching in this project",
        "activity": "An internship for an officer of another council",
        "due_on": row.ends_on - timedelta(days=60),
    }


def issue(stage: Stage, key: str, ago: int) -> None:
    """A finance officer checks the written version, then the manager issues it."""
    with stage.on(ago):
        row = agreement(stage, key)
        written = row.documents[-1].file
        if written is None:
            raise LookupError(f"{key}: nothing to check")
        negotiation.check(row, written.sha256, stage.who("finance"), stage.storage)
    with stage.on(ago):
        agreements.issue(agreement(stage, key), stage.who("manager"))


def sign(stage: Stage, key: str, ago: int) -> None:
    """Everybody signs the hash of the stored file, the partner first, the programme's director last."""
    file = BY_KEY[key]
    for step, person in enumerate((f"signatory.{file.partner}", f"signatory.{file.lead}", "director")):
        with stage.on(ago - step):
            row = agreement(stage, key)
            document = row.issued_document
            if document is None or document.file is None:
                raise LookupError(f"{key}: nothing to sign")
            signing.sign(
                row, stage.who(person), storage=stage.storage, document_sha256=document.file.sha256,
                consent=signing.consent_text("en"),
                consent_version=signing.CONSENT_VERSION, language="en", address="", user_agent="demonstration",
            )  # fmt: skip


def decide_committee(stage: Stage, key: str, ago: int, committee: bool) -> None:
    """Yes or no with its reason; what is decided before the contract is written stands in it."""
    reason = (
        "Works of this size are followed by a committee of both councils."
        if committee
        else "An exchange of this size is followed by the focal points; a committee would cost more than it brings."
    )
    chair = stage.places[BY_KEY[key].lead] if committee else None
    with stage.on(ago):
        monitoring.decide_committee(case(stage, key), committee, reason, chair, stage.who("manager"))


def start_monitoring(stage: Stage, key: str, ago: int) -> None:
    file = BY_KEY[key]
    with stage.on(ago):
        for place in (file.lead, file.partner):
            senior = stage.people[f"senior.{place}"]
            monitoring.name_focal_point(case(stage, key), stage.places[place], senior, stage.who("manager"))
    with stage.on(ago - 1):
        stage.move(case(stage, key), Trigger.START_MONITORING, "manager")


def open_finding(stage: Stage, key: str, ago: int, text: str, remedy: str, owner: str) -> None:
    with stage.on(ago):
        values: dict[str, Any] = {"source": "site_visit", "severity": "medium", "text": text, "report_id": None}
        finding = monitoring.raise_finding(case(stage, key), values, stage.who("manager"))
        values = {
            "description": remedy,
            "owner_organisation_id": stage.places[owner],
            "owner_id": stage.people[f"editor.{owner}"],
            "due_on": stage.day(-20),
        }
        monitoring.open_action(finding, values, stage.who("manager"))
