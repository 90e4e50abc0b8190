"""Preparing an agreement: instrument, signatories, schedule, terms, obligations; writing it and issuing it."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from webapp import clock, policy, wording
from webapp.agreements import seen as standing
from webapp.agreements.effects import LETTER
from webapp.agreements.signers import eligible
from webapp.agreements.signing import sign, stored_sha256
from webapp.documents.language import BETWEEN
from webapp.documents.plain import TwoColumns, UnprintableTextError, printable
from webapp.documents.records import InconsistentError
from webapp.documents.storage import LocalStorage
from webapp.errors import Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.models.agreement import Agreement, AgreementParty, Document, DocumentKind, Tranche
from webapp.models.application import Application, BudgetCategory
from webapp.models.monitoring import Obligation
from webapp.models.record import AuditEvent
from webapp.policy import Action, Principal
from webapp.services import announce, audit, content, documents, scope
from webapp.services.advance import advance
from webapp.services.contract import clauses, contexts
from webapp.services.contract.source import contacts
from webapp.services.facts import agreement_gaps, current_agreement, programme_of, rules_of
from webapp.services.filling import Ahead
from webapp.services.locking import lock
from webapp.services.templates import Order
from workflows.engine import NO_SUCH_MOVE, Refusal
from workflows.facts import Blocker
from workflows.instrument import is_downgrade
from workflows.vocabulary import Instrument, Role, State, Trigger

__all__ = [
    "add_obligation",
    "choose_instrument",
    "computed_instrument",
    "eligible",
    "generate",
    "issue",
    "remove_obligation",
    "set_language",
    "set_party",
    "set_tranches",
    "sign",
    "stored_sha256",
]
MANAGER = Role.PROGRAMME_MANAGER
LONGEST = 12  # tranches in a schedule


def computed_instrument(application: Application) -> Instrument:
    """What the budget asks for [S2.15]."""
    return content.instrument(application).instrument


def choose_instrument(
    application: Application, instrument: Instrument, reason: str, actor: Principal, *, seen: str | None = None
) -> None:
    """Settle the instrument: the computed one, or upwards with a reason [S2.15]. Raises `Refused` for a lower one."""
    policy.require(actor, Action.PREPARE_AGREEMENT, scope.file_scope(application))
    computed = computed_instrument(application)
    if is_downgrade(instrument, computed):
        raise Refused(Refusal(Trigger.START_CONTRACTING, (Blocker("instrument_lowered", (MANAGER,)),)))
    if instrument is not computed and not reason.strip():
        raise Invalid("reason", _("Say why the fuller contract is needed. The reason stays in the record."))
    _clean("reason", reason)
    agreement = current_agreement(application)
    if agreement is not None:
        _drafting(agreement)
    else:
        lock(application)
    standing.require(seen, standing.instrument(application))
    if agreement is not None:
        agreement.kind = instrument
        agreement.number = _renumbered(agreement.number, instrument)
    before, application.instrument = application.instrument, instrument
    application.instrument_reason = "" if instrument is computed else reason.strip()
    data = {"instrument": instrument.value, "before": before.value if before else "", "computed": computed.value}
    audit.record(
        application, actor, MANAGER, AuditEvent.EDITED, application_id=application.id, reason=reason, data=data
    )


def _renumbered(number: str, kind: Instrument) -> str:
    """Another letter, the same count: "…/M1" becomes "…/C1"."""
    reference, _slash, tail = number.rpartition("/")
    return f"{reference}/{LETTER[kind]}{tail[1:]}"


def set_party(
    party: AgreementParty,
    signatory_id: int,
    capacity: str,
    mandate_act: str,
    mandate_date: date,
    mandate_number: str,
    actor: Principal,
    mandate_limit: Decimal | None = None,
    *,
    seen: str | None = None,
) -> None:
    """Name who signs for a party, in which capacity and under which mandate [S2.13]; the limit covers the grant."""
    agreement = db.session.get_one(Agreement, party.agreement_id)
    _preparing(agreement, actor)
    db.session.refresh(party)
    standing.require(seen, standing.party(party))
    if signatory_id not in {person.id for person in eligible(agreement, party)}:
        raise Invalid("signatory_id", _("Choose somebody who may sign for this party."))
    if any(other.signatory_id == signatory_id and other.id != party.id for other in agreement.parties):
        raise Invalid("signatory_id", _("This person already signs for another party. One person signs for one party."))
    if mandate_date > clock.today():
        raise Invalid(
            "mandate_date", _("The mandate is given before the signature, so its date cannot be in the future.")
        )
    if mandate_limit is not None and mandate_limit < agreement.grant:
        grant = wording.amount(agreement.grant, agreement.currency)
        raise Invalid("mandate_limit", _("The mandate must cover the grant of %(grant)s.", grant=grant))
    given = {"capacity": capacity, "mandate_act": mandate_act, "mandate_number": mandate_number}
    for field, text in given.items():
        if field != "mandate_number" and not text.strip():
            raise Invalid(field, _("Fill this in: it stands in the contract beside the signature."))
        setattr(party, field, _clean(field, text))
    party.signatory_id, party.mandate_date, party.mandate_limit = signatory_id, mandate_date, mandate_limit
    db.session.flush()
    db.session.expire(party, ["signatory"])
    _note(agreement, actor, {"party": party.organisation.name, "signatory": signatory_id})


def set_tranches(
    agreement: Agreement, rows: list[dict[str, Any]], actor: Principal, *, seen: str | None = None
) -> None:
    """Replace the schedule. It adds up to the grant, its advances stay within the programme's limit [PRAG]."""
    _preparing(agreement, actor)
    standing.require(seen, standing.tranches(agreement))
    _check_rows(rows)
    _check_sums(agreement, rows)
    agreement.tranches.clear()
    db.session.flush()
    for number, row in enumerate(rows, 1):
        agreement.tranches.append(
            Tranche(
                number=number,
                amount=row["amount"],
                condition=_clean("condition", row["condition"]),
                due_on=row["due_on"],
                is_balance=bool(row["is_balance"]),
            )
        )
    db.session.flush()
    _note(agreement, actor, {"tranches": [str(row["amount"]) for row in rows]})


def _check_rows(rows: list[dict[str, Any]]) -> None:
    if not rows:
        raise Invalid("rows", _("Enter at least one tranche."))
    if len(rows) > LONGEST:
        raise Invalid("rows", _("Enter at most %(count)s tranches.", count=LONGEST))
    if any(row["amount"] is None or row["amount"] <= 0 for row in rows):
        raise Invalid("rows", _("Each tranche needs an amount above zero."))
    if any(not row["condition"].strip() or row["due_on"] is None for row in rows):
        raise Invalid("rows", _("Each tranche needs a condition and a date."))
    if any(before["due_on"] > after["due_on"] for before, after in pairwise(rows)):
        raise Invalid("rows", _("The dates of the tranches follow each other."))
    if not rows[-1]["is_balance"]:
        raise Invalid("rows", _("The last tranche is the balance: it is paid when the final report is accepted."))


def _check_sums(agreement: Agreement, rows: list[dict[str, Any]]) -> None:
    total = sum((row["amount"] for row in rows), Decimal(0))
    shown = {
        "total": wording.amount(total, agreement.currency),
        "grant": wording.amount(agreement.grant, agreement.currency),
        "difference": wording.amount(abs(total - agreement.grant), agreement.currency),
    }
    if total > agreement.grant:
        raise Invalid(
            "rows",
            _("The tranches add up to %(total)s, that is %(difference)s more than the grant of %(grant)s.", **shown),
        )
    if total < agreement.grant:
        raise Invalid(
            "rows",
            _("The tranches add up to %(total)s, that is %(difference)s less than the grant of %(grant)s.", **shown),
        )
    limit = rules_of(agreement).advance_limit_percent
    advances = sum((row["amount"] for row in rows if not row["is_balance"]), Decimal(0))
    if advances > agreement.grant * limit / 100:
        share = wording.number((advances / agreement.grant * 100).quantize(Decimal("0.01")))
        message = _(
            "The advances are %(share)s%% of the grant; at most %(limit)s%% may be paid before the balance.",
            share=share,
            limit=limit,
        )
        raise Invalid("rows", message)


def set_language(agreement: Agreement, code: str, actor: Principal, *, seen: str | None = None) -> None:
    """Choose the language of the text, or two in columns; only what there is a template for."""
    _preparing(agreement, actor)
    standing.require(seen, standing.language(agreement))
    if not documents.is_written_in(agreement.kind, code, programme_of(agreement).id):
        raise Invalid("language", _("Choose one of the languages."))
    before = contexts.written_in(agreement)
    agreement.language, _dash, agreement.second_language = code.partition(BETWEEN)
    _note(agreement, actor, {"language": code, "before": before})


def add_obligation(agreement: Agreement, values: dict[str, Any], actor: Principal) -> Obligation:
    """Who is trained passes it on [S2.22]; `values`: organisation_id, trainee, training, activity, due_on."""
    _preparing(agreement, actor)
    municipal = {party.organisation_id for party in agreement.parties if not party.is_operator}
    if values["organisation_id"] not in municipal:
        raise Invalid("organisation_id", _("Choose one of the municipalities."))
    if values["due_on"] <= agreement.starts_on:
        raise Invalid("due_on", _("The date lies after the start of the project."))
    texts = {key: _clean(key, values[key]) for key in ("trainee", "training", "activity")}
    for key, text in texts.items():
        if not text:
            raise Invalid(key, _("Fill this in: it stands in the contract."))
    obligation = Obligation(
        application_id=agreement.application_id,
        agreement_id=agreement.id,
        organisation_id=values["organisation_id"],
        due_on=values["due_on"],
        **texts,
    )
    db.session.add(obligation)
    db.session.flush()
    db.session.expire(agreement, ["obligations"])
    data = {"trainee": obligation.trainee, "activity": obligation.activity}
    audit.record(obligation, actor, MANAGER, AuditEvent.CREATED, application_id=agreement.application_id, data=data)
    return obligation


def remove_obligation(obligation: Obligation, actor: Principal) -> None:
    """Only while the agreement is a draft: afterwards it is part of what was signed."""
    agreement = db.session.get_one(Agreement, obligation.agreement_id)
    _preparing(agreement, actor)
    _note(agreement, actor, {"removed_obligation": obligation.trainee, "activity": obligation.activity})
    db.session.delete(obligation)
    db.session.flush()
    db.session.expire(agreement, ["obligations"])


def generate(
    agreement: Agreement, actor: Principal, storage: LocalStorage, demonstration: bool, ahead: Ahead | None = None
) -> Document:
    """Write the contract: a new version with its snapshot and its stored file. Earlier versions stay.

    With `ahead` an uploaded template is not filled here: `NotFilled` says what to fill before this is asked again.
    """
    _preparing(agreement, actor)
    _writable(agreement)
    last = db.session.scalar(select(func.max(Document.number)).where(Document.agreement_id == agreement.id)) or 0
    try:
        context = _context(agreement, last + 1, demonstration, storage, ahead)
        document = documents.draft(
            agreement.application,
            DocumentKind(agreement.kind.value),
            context,
            reference=f"{agreement.number}-v{last + 1}",
            actor=actor,
            agreement=agreement,
            number=last + 1,
            language=contexts.written_in(agreement),
        )
    except UnprintableTextError as error:
        raise Invalid("document", _unprintable(error.codepoint)) from error
    except InconsistentError as error:
        message = _(
            "The contract cannot be written, because its data contradict each other: %(problem)s.", problem=error
        )
        raise Invalid("document", message) from error
    documents.write(document, storage, ahead.fill if ahead else Order.fill)
    db.session.expire(agreement, ["documents"])
    _tell_of_version(agreement, document, actor)
    return document


def _context(
    agreement: Agreement, version: int, demonstration: bool, storage: LocalStorage, ahead: Ahead | None
) -> contexts.Context | TwoColumns:
    """The context of a version; special clauses name their articles with the numbers that this very text has."""
    stamp = {"version": version, "dated": clock.now().date(), "demonstration": demonstration}
    stamp["address"] = ahead.address if ahead else None
    context = contexts.context_of(agreement, **stamp)  # type: ignore[arg-type]
    if not any(clause.article for clause in clauses.live(agreement)):
        return context
    fill = ahead.fill if ahead else Order.fill
    astray = clauses.aim(
        agreement, documents.rendered(agreement, context, contexts.written_in(agreement), storage, fill)
    )
    if astray:
        names = ", ".join(f"{clause.number} ({clause.title})" for clause in astray)
        message = _("These special clauses are about an article that this text does not have: %(names)s.", names=names)
        raise Invalid("document", message)
    return contexts.context_of(agreement, **stamp)  # type: ignore[arg-type]


def _tell_of_version(agreement: Agreement, document: Document, actor: Principal) -> None:
    """Both sides read the same: the municipalities, and the officers of whom one checks it."""
    roles = frozenset({Role.APPLICANT_EDITOR, Role.SIGNATORY, Role.FINANCE_OFFICER, Role.DIRECTOR})
    announce.tell(
        announce.people_with(roles, agreement),
        actor,
        f"version-{document.id}",
        announce.path(agreement),
        lambda: [
            _(
                "%(title)s: version %(number)s of the contract",
                title=announce.title(agreement),
                number=document.number,
            ),
            _("A new version of the draft contract is written: %(reference)s.", reference=document.reference),
            _("Under “Agreement” you can read it, see what changed, and comment on each article."),
            _("A second officer of the programme checks it before it is issued for signature."),
        ],
    )


def _writable(agreement: Agreement) -> None:
    """Raise `Refused` with all that is missing, and `Invalid` for a budget that a memorandum cannot carry."""
    known = contacts(agreement)
    nobody = tuple(f"contact:{p.organisation.name}" for p in agreement.parties if p.organisation_id not in known)
    gaps = (*agreement_gaps(agreement), *nobody)
    if gaps:
        raise Refused(Refusal(Trigger.ISSUE, (Blocker("agreement_gaps", (MANAGER,), (("gaps", ",".join(gaps)),)),)))
    invests = any(line.category is BudgetCategory.INVESTMENT for line in agreement.application.budget)
    if agreement.kind is Instrument.MEMORANDUM and invests:
        message = _(
            "The budget has an investment line, which a memorandum cannot carry. Choose the investment contract."
        )
        raise Invalid("document", message)


def issue(agreement: Agreement, actor: Principal) -> None:
    """Fix the newest document and ask for signatures; the engine refuses what is incomplete or outdated."""
    advance(agreement, Trigger.ISSUE, actor)
    db.session.expire(agreement, ["issued_document"])


def _preparing(agreement: Agreement, actor: Principal) -> None:
    policy.require(actor, Action.PREPARE_AGREEMENT, scope.file_scope(agreement.application))
    _drafting(agreement)


def _drafting(agreement: Agreement) -> None:
    """An issued agreement is frozen: it is taken back with a reason first. The row is locked until the commit."""
    lock(agreement)
    if agreement.state is not State.DRAFT:
        params = (("state", agreement.state.value), ("trigger", Trigger.ISSUE.value))
        raise Refused(Refusal(Trigger.ISSUE, (Blocker(NO_SUCH_MOVE, (), params),)))


def _note(agreement: Agreement, actor: Principal, data: dict[str, Any]) -> None:
    audit.record(agreement, actor, MANAGER, AuditEvent.EDITED, application_id=agreement.application_id, data=data)


def _clean(field: str, text: str) -> str:
    """The text as a document can print it; refuses a character that Word cannot show instead of dropping it."""
    try:
        return printable(text, field).strip()
    except UnprintableTextError as error:
        raise Invalid(field, _unprintable(error.codepoint)) from error


def _unprintable(codepoint: int) -> str:
    return str(_("This text holds a sign that cannot be printed (U+%(code)s). Remove it.", code=f"{codepoint:04X}"))


def obligation_of(agreement: Agreement, obligation_id: int) -> Obligation:
    """An obligation of this very agreement; unknown and foreign alike are not found."""
    found = db.session.get(Obligation, obligation_id)
    if found is None or found.agreement_id != agreement.id:
        raise NotFound(f"obligation {obligation_id}")
    return found
