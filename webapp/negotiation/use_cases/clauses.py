"""Special clauses: proposed by a manager, approved by somebody else, for exactly the words that stand there.

A row's words never change. An edit is a new row that replaces the old one and waits for an approval of its own, so what
was approved, by whom, and what it said stays readable for ever. Each row is a case of the machine of clauses; here the
agreement is held while one is moved, and compared is what the person has seen.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from webapp import clock
from webapp.documents.wordtext import Article
from webapp.errors import Conflict, Invalid, NotFound
from webapp.extensions import db
from webapp.models.agreement import Agreement
from webapp.models.negotiation import ClauseEffect, SpecialClause
from webapp.models.record import AuditEvent
from webapp.negotiation.use_cases import shared
from webapp.policy import OFFICE, SYSTEM, Action, Principal
from webapp.services import audit
from webapp.services.advance import advance
from workflows.vocabulary import Role, State, Trigger

MOST = 20  # in one agreement: more than that is another contract
MANAGER = Role.PROGRAMME_MANAGER


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wants to agree on; `article` None: the agreement as a whole."""

    article: Article | None
    effect: ClauseEffect
    title: str
    text: str


def propose(agreement: Agreement, words: Words, actor: Principal) -> SpecialClause:
    """A new clause at the end of the list. It is printed in the next version and still needs an approval."""
    shared.begin(agreement, Action.PROPOSE_CLAUSE, actor, State.DRAFT)
    if sum(clause.is_live for clause in agreement.clauses) >= MOST:
        raise Invalid("text", _("There are %(count)s special clauses already. Join some of them.", count=MOST))
    number = max((clause.number for clause in agreement.clauses), default=0) + 1
    clause = _added(agreement, number, words, actor)
    _note(clause, actor, AuditEvent.CLAUSE_PROPOSED)
    _tell(clause, actor, lazy_gettext("Special clause %(number)s is proposed", number=number))
    return clause


def change(clause: SpecialClause, seen: str, words: Words, actor: Principal) -> SpecialClause:
    """Other words for a clause: a new row in its place, which nobody has approved; the same words change nothing."""
    agreement = _begin(clause, seen, Action.PROPOSE_CLAUSE, actor)
    fresh = _clause(agreement, clause.number, words, actor)
    if fresh.sha256 == clause.sha256:
        return clause
    was_approved = clause.state is State.APPROVED
    advance(clause, Trigger.REPLACE_CLAUSE, SYSTEM, data={**_said(clause), "replaced_by": fresh.sha256})
    fresh.replaces_id = clause.id
    db.session.add(fresh)
    db.session.flush()
    db.session.expire(agreement, ["clauses"])
    _note(fresh, actor, AuditEvent.CLAUSE_CHANGED, was=clause.sha256, was_approved=was_approved)
    _tell(fresh, actor, lazy_gettext("Special clause %(number)s is changed", number=clause.number))
    return fresh


def withdraw(clause: SpecialClause, seen: str, actor: Principal) -> None:
    """Take a clause out of the contract; its words and its approval stay in the record."""
    _begin(clause, seen, Action.PROPOSE_CLAUSE, actor)
    advance(clause, Trigger.WITHDRAW_CLAUSE, actor, data=_said(clause))
    _tell(clause, actor, lazy_gettext("Special clause %(number)s is withdrawn", number=clause.number))


def approve(clause: SpecialClause, seen: str, actor: Principal) -> None:
    """Stand behind these very words, named by their hash. Never who proposed them."""
    _begin(clause, seen, Action.APPROVE_CLAUSE, actor)
    advance(clause, Trigger.APPROVE_CLAUSE, actor, data=_said(clause))
    _tell(clause, actor, lazy_gettext("Special clause %(number)s is approved", number=clause.number))


def reject(clause: SpecialClause, seen: str, reason: str, actor: Principal) -> None:
    """Refuse these words with a reason; the clause leaves the contract."""
    reason = shared.clean("reason", reason)
    _begin(clause, seen, Action.APPROVE_CLAUSE, actor)
    advance(clause, Trigger.REJECT_CLAUSE, actor, reason=reason, data=_said(clause))
    _tell(clause, actor, lazy_gettext("Special clause %(number)s is rejected", number=clause.number))


def _begin(clause: SpecialClause, seen: str, action: Action, actor: Principal) -> Agreement:
    """The agreement, locked; `Conflict` when the clause has other words or another end than this person saw."""
    agreement = clause.agreement
    shared.begin(agreement, action, actor, State.DRAFT)
    db.session.refresh(clause)
    if not clause.is_live or clause.sha256 != seen:
        raise Conflict(agreement.revision, agreement.revision)
    return agreement


def _added(agreement: Agreement, number: int, words: Words, actor: Principal) -> SpecialClause:
    clause = _clause(agreement, number, words, actor)
    db.session.add(clause)
    db.session.flush()
    db.session.expire(agreement, ["clauses"])
    return clause


def _clause(agreement: Agreement, number: int, words: Words, actor: Principal) -> SpecialClause:
    now = clock.now()
    clause = SpecialClause(
        agreement_id=agreement.id,
        number=number,
        article=words.article.key if words.article else "",
        article_label=words.article.reference[:200] if words.article else "",
        effect=words.effect if words.article else ClauseEffect.SUPPLEMENTS,
        title=" ".join(shared.clean("title", words.title).split()),
        text=shared.clean("text", words.text),
        language="en",
        proposed_by_id=actor.person_id,
        proposed_at=now,
        state_since=now,
        created_at=now,
    )
    clause.sha256 = clause.digest()
    return clause


def clause_of(agreement: Agreement, clause_id: int) -> SpecialClause:
    """A clause of this very agreement; unknown and foreign alike are not found."""
    found = next((clause for clause in agreement.clauses if clause.id == clause_id), None)
    if found is None:
        raise NotFound(f"clause {clause_id}")
    return found


def _said(clause: SpecialClause) -> dict[str, Any]:
    """What every entry of the record keeps of a clause: its words, and their hash."""
    said = {"clause": clause.number, "article": clause.article_label, "title": clause.title, "text": clause.text}
    return {**said, "sha256": clause.sha256}


def _note(clause: SpecialClause, actor: Principal, event: AuditEvent, **more: object) -> None:
    """New words are no move: they begin a case."""
    number = clause.agreement.application_id
    audit.record(clause, actor, MANAGER, event, application_id=number, data={**_said(clause), **more})


def _tell(clause: SpecialClause, actor: Principal, subject: LazyString) -> None:
    """Both sides, and the officers who may approve."""
    shared.tell(
        {*OFFICE, *shared.APPLICANTS},
        clause.agreement,
        actor,
        key=f"clause-{clause.id}-{clause.state}-{clock.now().timestamp():.6f}",
        subject=subject,
        lines=[" ".join(filter(None, (clause.article_label, clause.title))), clause.text],
        page=f"clauses/{clause.id}",
    )
