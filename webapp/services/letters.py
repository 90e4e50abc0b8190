"""Letters of a file: from the models to the contexts of `webapp.documents`, kept with the move, written after it.

Letters are in English, whatever the reader's language; days are those of the lead municipality's time zone.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp import clock, wording
from webapp.documents import letters as doc
from webapp.documents.plain import day, listed, money, sentence
from webapp.extensions import db
from webapp.models.agreement import Document, DocumentKind
from webapp.models.application import Application, Clarification, PartyRole
from webapp.models.assessment import Appeal, Decision, EligibilityCheck, Review, Verdict
from webapp.models.people import Organisation, Person, RoleGrant, SiteSetting
from webapp.plaintext import tidy
from webapp.policy import Principal
from webapp.services import closing_account, content, documents
from webapp.services.facts import current_decision, programme_of, rules_of
from workflows import mandates, scoring
from workflows.vocabulary import Instrument, Machine, Role, State, Trigger

KINDS = (
    DocumentKind.AWARD, DocumentKind.RESERVE, DocumentKind.REJECTION, DocumentKind.INELIGIBLE,
    DocumentKind.APPEAL_OUTCOME, DocumentKind.CLOSING,
)  # fmt: skip
ADVERSE = (DocumentKind.REJECTION, DocumentKind.INELIGIBLE)
CONFIRMED_BY = {
    Role.PROGRAMME_MANAGER: "a second programme manager",
    Role.FINANCE_OFFICER: "a finance officer",
    Role.DIRECTOR: "the director",
}
MANAGER = "the programme manager of the file"


def award(application: Application, actor: Principal) -> Document:
    """The grant is awarded, under conditions."""
    decision = _decision(application)
    shared = _shared(application)
    expires = shared["dated"] + timedelta(days=rules_of(application).reserve_days)
    finding = content.instrument(application)
    invests = finding.instrument is Instrument.INVESTMENT_CONTRACT
    context = doc.AwardContext(
        **shared | _decided(decision, application),
        grant=decision.amount,
        instrument="an investment contract" if invests else "a memorandum",
        instrument_reason=_why_instrument(invests),
        starts=application.starts_on or shared["dated"],
        ends=application.ends_on or shared["dated"],
        conditions=tuple(doc.Condition(text=text, due=expires) for text in _lines(decision.conditions)),
        expires=expires,
        next_steps=("We prepare the agreement and send it to every party for signature.",),
    )
    return _keep(application, DocumentKind.AWARD, context, actor)


def reserve(application: Application, actor: Principal) -> Document:
    """Good enough, but the envelope is used up."""
    decision = _decision(application)
    shared = _shared(application)
    rank, places = _rank(application, Application.state == State.RESERVE)
    context = doc.ReserveContext(
        **shared | _decided(decision, application),
        **_weighed(application),
        remedies=(),
        no_remedy="A place on the reserve list is not a refusal, so there is nothing to appeal against yet. If the"
        " application is refused later, that letter will say how to appeal.",
        score=_score(application.score),
        threshold=_score(rules_of(application).fund_from),
        rank=rank,
        places=places,
        valid_until=shared["dated"] + timedelta(days=rules_of(application).reserve_days),
    )
    return _keep(application, DocumentKind.RESERVE, context, actor)


def rejection(application: Application, actor: Principal) -> Document:
    """Not funded: score and comment per criterion, threshold, rank, remedy."""
    decision = _decision(application)
    rank, places = _rank(application, Application.score.is_not(None))
    context = doc.RejectionContext(
        **_shared(application) | _decided(decision, application),
        **_weighed(application),
        **_remedy(application),
        criteria=_criteria(_valid_reviews(application)),
        score=_score(application.score),
        threshold=_score(rules_of(application).fund_from),
        rank=rank,
        places=places,
    )
    return _keep(application, DocumentKind.REJECTION, context, actor)


def ineligible(application: Application, actor: Principal) -> Document:
    """A required rule is not met: the rule, the evidence, what was asked and answered before."""
    query = select(EligibilityCheck).where(EligibilityCheck.application_id == application.id)
    failed = query.where(EligibilityCheck.verdict == Verdict.FAIL, EligibilityCheck.mandatory)
    asked, answer = _asked(application)
    with force_locale("en"):
        rules = tuple(
            doc.FailedRule(rule=wording.label(check.rule), evidence=tidy(check.evidence), asked=asked, answer=answer)
            for check in db.session.scalars(failed.order_by(EligibilityCheck.id))
        )
    context = doc.IneligibleContext(
        **_shared(application),
        **_weighed(application),
        **_remedy(application),
        decided_by=MANAGER,
        mandate=f"Rules of the programme {programme_of(application).title}, eligibility",
        reasons=tuple(f"A required rule of the call is not met: {rule.rule}." for rule in rules),
        rules=rules,
    )
    return _keep(application, DocumentKind.INELIGIBLE, context, actor)


def appeal_outcome(application: Application, accepted: bool, actor: Principal) -> Document:
    """What the panel found, and where the file goes."""
    appeal = db.session.scalars(select(Appeal).where(Appeal.application_id == application.id)).one()
    with force_locale("en"):
        stage = wording.state(Machine.APPLICATION, application.state) if accepted else ""
    context = doc.AppealOutcomeContext(
        **_shared(application),
        decided_by="the appeal panel",
        mandate=f"Rules of the programme {programme_of(application).title}, appeals",
        reasons=_lines(appeal.reasons),
        accepted=accepted,
        appeal_date=_local_day(appeal.filed_at, application),
        contested=_contested(application),
        panel="Members of the appeal panel of the programme who had no part in the file before.",
        grounds=(doc.Ground(ground=tidy(appeal.grounds), finding=tidy(appeal.reasons)),),
        returns_to=stage,
        next_steps=("We name who looks at the application now, and tell you the result in a letter.",) * accepted,
        further_remedy="This decision is final within the programme: one appeal is possible for each application. It"
        " does not limit your right to go to court.",
    )
    return _keep(application, DocumentKind.APPEAL_OUTCOME, context, actor)


def closing(application: Application, trigger: Trigger, reason: str, actor: Principal) -> Document:
    """The file ends: completed, terminated, lapsed from the reserve list, or refused for good."""
    shared = _shared(application)
    account = closing_account.of(application, trigger, tidy(reason), shared["dated"])
    context = doc.ClosingContext(**shared | account)
    return _keep(application, DocumentKind.CLOSING, context, actor)


def next_reference(application: Application) -> tuple[str, int]:
    """The reference of the file's next letter, and its number: `JUM-2026-004/L2`, 2."""
    query = select(func.count(Document.id)).where(Document.application_id == application.id, Document.kind.in_(KINDS))
    number = (db.session.scalar(query) or 0) + 1
    return f"{application.reference}/L{number}", number


def _keep(application: Application, kind: DocumentKind, context: Any, actor: Principal) -> Document:
    reference, number = next_reference(application)
    document = documents.draft(application, kind, context, reference=reference, actor=actor, number=number)
    documents.write_later(document)
    return document


# --- what all letters carry -----------------------------------------------------------------------


def _shared(application: Application) -> dict[str, Any]:
    programme = programme_of(application)
    today = clock.today(_zone(application))
    setting = select(SiteSetting.value).where(SiteSetting.key == "demonstration")
    return {
        "reference": next_reference(application)[0],
        "version": 1,
        "demonstration": db.session.scalar(setting) == "yes",
        "dated": today,
        "currency": programme.currency,
        "sender": _sender(application),
        "addressee": _addressee(application),
        "programme": tidy(programme.title),
        "application": application.reference,
        "project": tidy(application.title),
        "partners": listed([tidy(party.organisation.name) for party in application.parties]),
        "decision_date": today,
        "effective": today,
        "basis": f"Call “{tidy(application.call.title)}” under the country plan “{tidy(application.call.plan.title)}”",
        "facts": _facts(application),
    }


def _decided(decision: Decision, application: Application) -> dict[str, Any]:
    """Who decided in which function, under which mandate, and why."""
    confirmed = [CONFIRMED_BY[row.role] for row in decision.confirmations]
    programme = programme_of(application)
    amount = decision.amount if decision.outcome is State.APPROVED else application.requested
    needed = len(mandates.required(amount, rules_of(application)))
    limit = f"{money(amount, programme.currency)}: a recommendation and {needed} confirmation{'s' * (needed > 1)}"
    return {
        "decided_by": f"{listed(confirmed)}, on the recommendation of {MANAGER}",
        "mandate": f"Mandate rules of the programme {tidy(programme.title)}, for {limit}",
        "reasons": _lines(decision.reasons),
    }


def _decision(application: Application) -> Decision:
    decision = current_decision(application)
    if decision is None:
        raise LookupError(f"application {application.id} has no decision")
    return decision


def _sender(application: Application) -> doc.Sender:
    operator = programme_of(application).operator
    return doc.Sender(
        name=tidy(operator.legal_name),
        seat=_seat(operator),
        contact="Programme manager",
        contact_email=_contact_email(application),
        signatory=f"Director, {tidy(operator.name)}",
    )


def _contact_email(application: Application) -> str:
    """The manager of the file; before there is one, a manager of the programme."""
    if application.manager is not None:
        return application.manager.email
    managers = select(RoleGrant.person_id).where(
        RoleGrant.role == Role.PROGRAMME_MANAGER, RoleGrant.programme_id == programme_of(application).id
    )
    found = db.session.scalar(select(Person.email).where(Person.id.in_(managers)).order_by(Person.id).limit(1))
    return found or "the programme office"


def _addressee(application: Application) -> doc.Addressee:
    lead = next(party for party in application.parties if party.role is PartyRole.LEAD)
    signed_off = lead.signed_off_by
    function = tidy(signed_off.job_title) if signed_off else ""
    return doc.Addressee(
        name=tidy(lead.organisation.legal_name),
        attention=function or "The legal representative",
        seat=_seat(lead.organisation),
    )


def _seat(organisation: Organisation) -> str:
    with force_locale("en"):
        country = wording.country(organisation.country)
    parts = (organisation.place or organisation.name, organisation.subdivision, country)
    return ", ".join(tidy(part) for part in parts if part)


def _facts(application: Application) -> tuple[str, ...]:
    found = []
    if application.submitted_at is not None:
        found.append(f"The application was submitted on {day(_local_day(application.submitted_at, application))}.")
    asked = money(application.requested, programme_of(application).currency)
    found.append(f"It asks for {asked} from the grant.")
    return tuple(found)


def _weighed(application: Application) -> dict[str, Any]:
    answered = [c for c in application.clarifications if c.answered_at is not None]
    text = " ".join(
        f"You answered our question on {day(_local_day(c.answered_at, application))}. Your answer and the changed"
        " sections were part of the file that was judged."
        for c in answered[-1:]
        if c.answered_at is not None
    )
    return {"answer_weighed": text}


def _remedy(application: Application) -> dict[str, Any]:
    """One appeal per case; after the second refusal there is none within the programme."""
    appealed = db.session.scalar(select(Appeal.id).where(Appeal.application_id == application.id))
    if appealed is not None or application.refusals > 1:
        why = "One appeal was possible for this application and it has been used, so this decision is final within the"
        return {"remedies": (), "no_remedy": f"{why} programme. It does not limit your right to go to court."}
    operator = programme_of(application).operator
    remedy = doc.Remedy(
        public_authority=False,
        addressee="the appeal panel of the programme",
        address=f"{tidy(operator.name)}, on the page of file {application.reference} in Jumelage",
        days=rules_of(application).appeal_days,
        time_zone=_zone(application),
    )
    return {"remedies": (remedy,), "no_remedy": ""}


# --- parts of single letters ----------------------------------------------------------------------


def _why_instrument(invests: bool) -> str:
    if invests:
        return "the grant pays an investment to a partner"
    return "the grant pays for an exchange of expertise and for no investment"


def _valid_reviews(application: Application) -> Sequence[Review]:
    query = select(Review).where(
        Review.application_id == application.id,
        Review.round == application.review_round,
        Review.state == State.SUBMITTED,
    )
    return db.session.scalars(query.order_by(Review.id).options(selectinload(Review.scores))).all()


def _criteria(reviews: Sequence[Review]) -> tuple[doc.Criterion, ...]:
    """Mean points per criterion out of its weight; the reviewers' comments without their names."""
    rows = []
    with force_locale("en"):
        for key, weight in scoring.REVIEW_GRID.items():
            given = [row for review in reviews for row in review.scores if row.criterion == key]
            mean = scoring.mean([Decimal(row.score) / 5 * weight for row in given])
            comments = " ".join(sentence(tidy(row.comment)) for row in given if row.comment.strip())
            rows.append(
                doc.Criterion(
                    name=wording.criterion(key), weight=weight, score=_score(mean),
                    comment=comments or "The reviewers gave no comment.",
                )
            )  # fmt: skip
    return tuple(rows)


def _rank(application: Application, among: Any) -> tuple[int, int]:
    """Place of the application by score among those of its call that meet a condition, and how many there are."""
    query = select(Application.score).where(Application.call_id == application.call_id, among)
    others = [score for score in db.session.scalars(query.where(Application.id != application.id)) if score is not None]
    mine = application.score or Decimal(0)
    return 1 + sum(score > mine for score in others), len(others) + 1


def _asked(application: Application) -> tuple[str, str]:
    questions = [c for c in application.clarifications if c.from_state is State.ELIGIBILITY]
    if not questions:
        why = sentence(tidy(application.clarification_waived)) or "It was considered."
        return f"We did not ask for clarification: {why}", "No answer was asked for."
    last: Clarification = questions[-1]
    asked = f"On {day(_local_day(last.asked_at, application))} we asked: {sentence(tidy(last.question))}"
    if last.answered_at is None:
        return asked, f"No answer came by {day(last.due_on)}."
    answered = f"On {day(_local_day(last.answered_at, application))} you answered: {sentence(tidy(last.answer))}"
    return asked, answered


def _contested(application: Application) -> str:
    query = select(Document).where(Document.application_id == application.id, Document.kind.in_(ADVERSE))
    letter = db.session.scalar(query.order_by(Document.id.desc()).limit(1).options(joinedload(Document.file)))
    if letter is None:
        return "the refusal of the application"
    what = "the rejection" if letter.kind is DocumentKind.REJECTION else "the decision that it is not eligible,"
    return f"{what} of {day(_local_day(letter.created_at, application))} ({letter.reference})"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(sentence(line) for line in tidy(text).split("\n") if line.strip())


def _score(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _local_day(instant: datetime, application: Application) -> date:
    return instant.astimezone(ZoneInfo(_zone(application))).date()


def _zone(application: Application) -> str:
    return next((p.organisation.time_zone for p in application.parties if p.role is PartyRole.LEAD), "UTC")
