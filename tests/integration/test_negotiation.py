"""Negotiation: versions read from their files, comments, special clauses, approvals bound to a hash, and the issue."""

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.documents import reading
from tests.factories import agreements as make
from tests.factories.people import acting, grant, person, sign_in
from webapp import caseframe, clock
from webapp.agreements import use_cases as agreements
from webapp.api import queries as parts
from webapp.desk import queries as desks
from webapp.desk.kinds import Kind
from webapp.documents import wordtext
from webapp.documents.wordtext import Article
from webapp.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from webapp.extensions import db
from webapp.machines import queries as machines
from webapp.models.agreement import Agreement, Document
from webapp.models.negotiation import (
    LIVE_ROWS,
    ArticleComment,
    ClauseEffect,
    SpecialClause,
    VersionApproval,
)
from webapp.models.people import Person
from webapp.models.record import AuditEntry, AuditEvent, Job, OutboxRow
from webapp.negotiation import use_cases
from webapp.policy import SYSTEM
from webapp.services import audit, explain, scope
from webapp.services.advance import advance, offers
from webapp.services.contract import versions
from webapp.services.facts import cases
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Machine, Role, State, Trigger

pytestmark = pytest.mark.usefixtures("inside")
HOSTILE = "Pay {{ 7654321 * 3 }} {% if x %} <b>now</b> & “later” 🏛"


class Draft:
    """A memorandum in its first version, and everybody around it."""

    def __init__(self) -> None:
        with writing():
            self.file = make.approved()
            make.written(self.file, storage())
            programme = self.file.application.call.plan.programme_id
            self.finance = grant(person("Finance officer"), Role.FINANCE_OFFICER, programme_id=programme)
            self.second = grant(person("Second manager"), Role.PROGRAMME_MANAGER, programme_id=programme)
            self.lead = self.file.editors[self.file.lead.id]
            self.partner = self.file.signs[self.file.partner.id]
        self.path = f"/applications/{self.file.application.id}/agreement"

    @property
    def agreement(self) -> Agreement:
        return self.file.agreement

    @property
    def newest(self) -> Document:
        db.session.expire(self.agreement, ["documents"])
        return self.agreement.documents[-1]

    @property
    def sha256(self) -> str:
        assert self.newest.file is not None
        return self.newest.file.sha256

    def article(self, key: str = "costs") -> Article:
        found = wordtext.find(versions.read(self.newest, storage()), key)
        assert found is not None
        return found

    def comment(self, who: Person, words: str = "Why?", objection: bool = False, key: str = "costs") -> ArticleComment:
        with writing():
            return use_cases.comment(self.agreement, self.article(key), words, objection, acting(who))

    def propose(self, words: str = HOSTILE, **changes: Any) -> SpecialClause:
        said = use_cases.Words(self.article(), ClauseEffect.SUPPLEMENTS, "Paid in two parts", words)
        with writing():
            return use_cases.propose(self.agreement, replace(said, **changes), self.file.as_manager())

    def write(self) -> Document:
        with writing():
            return agreements.generate(self.agreement, self.file.as_manager(), storage(), demonstration=False)

    def check(self, who: Person | None = None) -> VersionApproval:
        with writing():
            return use_cases.check(self.agreement, self.sha256, acting(who or self.finance), storage())

    def blockers(self) -> dict[str, dict[str, str]]:
        db.session.expire_all()
        moves = offers(self.agreement, self.file.as_manager())
        issue = next(offer for offer in moves if offer.move.trigger is Trigger.ISSUE)
        return {blocker.code: dict(blocker.params) for blocker in issue.blockers}


@pytest.fixture
def draft(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Draft:
    monkeypatch.setattr(make, "set_password", lambda *_given: None)  # nobody types one here, and hashing takes its time
    return Draft()


def mails() -> list[tuple[str, str]]:
    """Who gets which message, by the address it leads to."""
    rows = db.session.scalars(db.select(OutboxRow).where(OutboxRow.job == Job.SEND_MAIL).order_by(OutboxRow.id))
    return [(row.payload["to"], row.payload["path"]) for row in rows]


# --- comments ------------------------------------------------------------------------------------------------------


def test_a_comment_follows_its_article_to_the_next_version_and_both_sides_read_it(
    client: FlaskClient, draft: Draft
) -> None:
    sign_in(client, draft.lead)
    page = f"{draft.path}/article?article=costs"
    assert client.post(page, data={"text": " "}).status_code == 422
    refused = client.post(page, data={"text": "A bell\x07"})
    assert refused.status_code == 422 and "U+0007" in refused.text
    assert client.post(page, data={"text": "Who pays <i>visas</i> & flights?"}).status_code == 303
    asked = db.session.scalars(db.select(ArticleComment)).one()
    assert (asked.article, asked.article_label, asked.organisation_id) == ("costs", "6. Costs", draft.file.lead.id)
    manager = draft.file.manager
    assert (manager.email, f"{draft.path}/article?article=costs") in mails()  # the other side, and the page it is about
    sign_in(client, manager)
    assert client.post(page, data={"reply_to": asked.id, "reply": ""}).status_code == 422
    assert client.post(page, data={"reply_to": asked.id, "reply": "The Programme."}).status_code == 303
    assert {to for to, _path in mails()} >= {draft.lead.email, draft.partner.email}
    with writing():
        draft.file.partner.legal_name = "City of Rubavu"
    second = draft.write()
    assert second.number == 2
    for who in (draft.partner, draft.finance, draft.file.director, draft.lead):
        sign_in(client, who)
        seen = unescape(client.get(f"{draft.path}/text").text)
        assert "Who pays <i>visas</i> & flights?" in seen and "on version 1" in seen and "The Programme." in seen
        assert "City of Rubavu" in seen
    old = unescape(client.get(f"{draft.path}/text?version=1").text)
    assert "Municipality of Rubavu" in old and "City of Rubavu" not in old and "Superseded" in old
    assert client.get(f"{draft.path}/text?version=9").status_code == 404
    assert client.get(f"{draft.path}/article?article=nowhere").status_code == 404


def test_who_settles_a_comment_and_when_it_is_closed(client: FlaskClient, draft: Draft) -> None:
    objection = draft.comment(draft.partner, "Too low", objection=True)
    remark = draft.comment(draft.file.manager, "Only a remark")
    assert draft.blockers()["objections_open"] == {"count": "1"}
    with writing():
        reply = use_cases.reply(objection, "Let us see", acting(draft.lead))
        for row, who, wrong in (
            (remark, draft.lead, Forbidden), (objection, draft.lead, Forbidden), (reply, draft.lead, Forbidden),
        ):  # fmt: skip
            with pytest.raises(wrong):
                use_cases.resolve(row, acting(who))
        with pytest.raises(Invalid):
            use_cases.reply(reply, "One level deep", acting(draft.lead))
    sign_in(client, draft.finance)
    settle = f"{draft.path}/comments/{objection.id}"
    assert client.post(f"{settle}/resolve").status_code == 303  # a party answered, so it may be settled
    assert "objections_open" not in draft.blockers()
    assert client.post(f"{settle}/reopen").status_code == 303
    assert "objections_open" in draft.blockers()
    with writing():
        use_cases.resolve(objection, acting(draft.partner))
        use_cases.resolve(objection, acting(draft.partner))  # asked twice, done once
    draft.check()
    with writing():
        agreements.issue(draft.agreement, draft.file.as_manager())
    late = draft.comment(draft.partner, "Still readable")
    for who in draft.file.signatories():
        with writing():
            make.signed_by(draft.file, who, storage())
    assert draft.agreement.state is State.IN_FORCE
    with writing(), pytest.raises(Conflict):
        use_cases.comment(draft.agreement, draft.article(), "Too late", False, acting(draft.partner))
    with writing(), pytest.raises(Conflict):
        use_cases.resolve(late, acting(draft.partner))
    sign_in(client, draft.partner)
    page = client.get(f"{draft.path}/article?article=costs").text
    assert "Still readable" in page and "closed now" in page and "Add the comment" not in page
    assert "In force" in client.get(f"{draft.path}/text").text


def test_an_objection_of_somebody_else_is_answered_before_it_is_settled(client: FlaskClient, draft: Draft) -> None:
    objection = draft.comment(draft.partner, "Too low", objection=True)
    sign_in(client, draft.file.manager)
    refused = client.post(f"{draft.path}/comments/{objection.id}/resolve")
    assert refused.status_code == 422 and "Answer the objection first" in refused.text
    assert client.post(f"{draft.path}/comments/999999/resolve").status_code == 404
    with writing():
        use_cases.reply(objection, "It follows from the decision.", draft.file.as_manager())
        use_cases.resolve(objection, draft.file.as_manager())
    assert objection.resolved_by_id == draft.file.manager.id


# --- special clauses -----------------------------------------------------------------------------------------------


def test_a_clause_is_printed_in_its_box_as_plain_text_and_never_as_template_code(
    client: FlaskClient, draft: Draft
) -> None:
    clause = draft.propose()
    assert set(draft.blockers()) == {"document_outdated", "clauses_open", "version_unchecked"}
    document = draft.write()
    assert document.file is not None
    said = reading.text(storage().read(document.file.sha256))
    printed = f"1. Special clause 1, in addition to section 6 (Costs): Paid in two parts. {HOSTILE}"
    assert printed in said and "22962963" not in said.replace(printed, "")
    assert document.context["conditions"] == make.CONDITIONS.splitlines()
    sign_in(client, draft.lead)
    for page in ("/text", "/clauses", f"/clauses/{clause.id}", "/difference"):
        seen = client.get(draft.path + page)
        assert seen.status_code == 200 and "<b>now</b>" not in seen.text
    assert HOSTILE in unescape(client.get(f"{draft.path}/text").text)
    with writing():
        use_cases.approve(clause, clause.sha256, acting(draft.second))
    assert set(draft.blockers()) == {"version_unchecked"}  # an approval changes no byte of the contract


def test_what_a_second_officer_can_do_waits_on_their_desk_and_on_nobody_elses(draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    draft.write()

    def waits(who: Person) -> set[Kind]:
        desk = desks.desk(acting(who), clock.today())
        kinds = {row.kind for row in (*desk.overdue, *desk.soon, *desk.waiting)}
        return kinds & {Kind.APPROVE_CLAUSE, Kind.CHECK_VERSION}

    assert waits(draft.finance) == waits(draft.second) == {Kind.APPROVE_CLAUSE, Kind.CHECK_VERSION}
    assert waits(draft.file.manager) == waits(draft.lead) == set()  # who wrote and proposed it; and a party
    with writing():
        use_cases.approve(clause, clause.sha256, acting(draft.second))
    assert waits(draft.file.director) == {Kind.CHECK_VERSION}
    draft.check()
    assert waits(draft.second) == set()


def test_the_form_of_a_clause_keeps_what_was_typed(client: FlaskClient, draft: Draft) -> None:
    sign_in(client, draft.file.manager)
    form = f"{draft.path}/clauses/new"
    assert client.get(form).status_code == 200
    data = {"article": "costs", "effect": "replaces", "title": "", "text": HOSTILE}
    refused = client.post(form, data=data)
    assert refused.status_code == 422 and HOSTILE in unescape(refused.text)
    assert client.post(form, data={**data, "article": "no-such"}).status_code == 422
    for sign in ("\x0b", "\ufffe", "\x00", "\u202e"):
        unprintable = client.post(form, data={**data, "title": "A title", "text": f"Before{sign}after"})
        assert unprintable.status_code == 422 and f"U+{ord(sign):04X}" in unprintable.text
    assert client.post(form, data={**data, "title": "In place"}).status_code == 303
    row = db.session.scalars(db.select(SpecialClause)).one()
    assert (row.effect, row.article_label, row.proposed_by_id) == (
        ClauseEffect.REPLACES, "section 6 (Costs)", draft.file.manager.id,
    )  # fmt: skip
    sign_in(client, draft.lead)
    assert client.get(form).status_code == 403 and client.post(form, data=data).status_code == 403


def test_a_clause_needs_four_eyes(client: FlaskClient, draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    with writing(), pytest.raises(Refused, match="own_clause"):
        use_cases.approve(clause, clause.sha256, draft.file.as_manager())
    with writing(), pytest.raises(Refused, match="own_clause"):
        use_cases.reject(clause, clause.sha256, "Mine", draft.file.as_manager())
    with writing(), pytest.raises(Forbidden):
        use_cases.approve(clause, clause.sha256, acting(draft.partner))
    with pytest.raises(IntegrityError), writing():  # the database says so too
        clause.state, clause.decided_by_id = State.APPROVED, draft.file.manager.id
        clause.decided_at, clause.decided_sha256 = clause.proposed_at, clause.sha256
    sign_in(client, draft.file.manager)
    page = client.get(f"{draft.path}/clauses/{clause.id}").text
    assert "another person approves it" in page and "Approve the clause" not in page
    sign_in(client, draft.finance)
    decide = f"{draft.path}/clauses/{clause.id}"
    assert client.post(f"{decide}/approve", data={"sha256": clause.sha256}).status_code == 422  # not read
    assert client.post(f"{decide}/approve", data={"sha256": "0" * 64, "read": "y"}).status_code == 409
    assert client.post(f"{decide}/approve", data={"sha256": clause.sha256, "read": "y"}).status_code == 303
    db.session.expire_all()
    assert clause.is_approved and clause.decided_by_id == draft.finance.id
    assert client.post(f"{decide}/reject", data={"sha256": clause.sha256, "reason": "No"}).status_code == 409


def test_an_edit_voids_the_approval_and_the_history_stays(draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    with writing():
        use_cases.approve(clause, clause.sha256, acting(draft.finance))
    draft.write()
    assert "clauses_open" not in draft.blockers()
    with writing():
        same = use_cases.Words(draft.article(), ClauseEffect.SUPPLEMENTS, clause.title, clause.text)
        assert use_cases.change(clause, clause.sha256, same, draft.file.as_manager()) is clause
        fresh = use_cases.change(clause, clause.sha256, replace(same, text="In three"), draft.file.as_manager())
        with pytest.raises(Conflict):  # the words that were approved stand there no more
            use_cases.withdraw(clause, clause.sha256, draft.file.as_manager())
        with pytest.raises(Conflict):
            use_cases.approve(fresh, clause.sha256, acting(draft.finance))
    assert (clause.state, clause.text, clause.decided_by_id) == (
        State.REPLACED, "Paid in two parts", draft.finance.id,
    )  # fmt: skip
    assert (fresh.number, fresh.replaces_id, fresh.is_approved) == (clause.number, clause.id, False)
    assert set(draft.blockers()) == {"clauses_open", "document_outdated", "version_unchecked"}
    with writing():
        use_cases.reject(fresh, fresh.sha256, "Two parts are enough", acting(draft.second))
    assert "clauses_open" not in draft.blockers()
    assert draft.write().context["special_terms"] == []  # rejected: out of the contract
    noted = db.session.scalars(db.select(AuditEntry).where(AuditEntry.event == AuditEvent.CLAUSE_CHANGED)).one()
    assert noted.data["was"] == clause.sha256 and noted.data["was_approved"] is True


def test_an_approval_counts_for_the_words_that_stand_there_now(draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    with writing():
        use_cases.approve(clause, clause.sha256, acting(draft.finance))
    assert clause.is_approved
    with writing():  # by a hand in the database
        db.session.execute(text("UPDATE special_clause SET text = 'Paid at once'"))
    db.session.expire_all()
    assert not clause.is_approved and draft.blockers()["clauses_open"] == {"count": "1"}


def chain(clause: SpecialClause) -> list[AuditEntry]:
    """What stands on a clause's own chain."""
    mine = AuditEntry.machine == Machine.CLAUSE, AuditEntry.case_id == clause.id
    return list(db.session.scalars(db.select(AuditEntry).where(*mine).order_by(AuditEntry.sequence)))


def test_a_clause_is_a_case_and_each_move_leaves_one_entry_with_its_words(client: FlaskClient, draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    seen, manager = clause.sha256, draft.file.as_manager()
    assert (clause.state, clause.revision, clause.state_since) == (State.PROPOSED, 1, clause.proposed_at)
    with writing():
        use_cases.approve(clause, seen, acting(draft.finance))
        words = use_cases.Words(draft.article(), ClauseEffect.SUPPLEMENTS, "In parts", "In three")
        fresh = use_cases.change(clause, seen, words, manager)
        use_cases.reject(fresh, fresh.sha256, "Two are\nenough", acting(draft.second))
        last = use_cases.propose(draft.agreement, replace(words, title="At once"), manager)
        use_cases.withdraw(last, last.sha256, manager)
    told = [[(e.event, e.trigger, e.role, e.reason) for e in chain(row)] for row in (clause, fresh, last)]
    moved, keeper = AuditEvent.MOVED, Role.PROGRAMME_MANAGER
    assert told == [
        [
            (AuditEvent.CLAUSE_PROPOSED, None, keeper, ""),
            (moved, Trigger.APPROVE_CLAUSE, Role.FINANCE_OFFICER, ""),
            (moved, Trigger.REPLACE_CLAUSE, Role.SYSTEM, ""),
        ],
        [(AuditEvent.CLAUSE_CHANGED, None, keeper, ""), (moved, Trigger.REJECT_CLAUSE, keeper, "Two are\nenough")],
        [(AuditEvent.CLAUSE_PROPOSED, None, keeper, ""), (moved, Trigger.WITHDRAW_CLAUSE, keeper, "")],
    ]
    said = {"clause": 1, "article": "section 6 (Costs)", "title": "Paid in two parts", "text": "Paid in two parts",
            "sha256": seen}  # fmt: skip
    assert [entry.data for entry in chain(clause)] == [said, said, {**said, "replaced_by": fresh.sha256}]
    assert {entry.application_id for row in (clause, fresh, last) for entry in chain(row)} == {clause.application.id}
    assert (fresh.state, fresh.reason, fresh.decided_by_id, fresh.decided_sha256) == (
        State.REJECTED, "Two are\nenough", draft.second.id, fresh.sha256,
    )  # fmt: skip
    assert (clause.revision, last.revision, last.decided_by_id, audit.broken_links()) == (3, 2, None, [])
    sign_in(client, draft.lead)
    page = unescape(client.get(f"/applications/{clause.application.id}/history").text)
    for line in (
        "Proposed a special clause: 1. Paid in two parts", "Approved a special clause: 1. Paid in two parts",
        "Changed a special clause, so an earlier approval no longer counts: 1. In parts",
        "Rejected a special clause: 1. In parts", "Withdrew a special clause: 2. At once",
    ):  # fmt: skip
        assert line in page


def test_the_machine_names_every_reason_and_the_page_shows_them(client: FlaskClient, draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    with writing():
        programme = draft.file.application.call.plan.programme_id
        tied = grant(person("Councillor and officer"), Role.FINANCE_OFFICER, programme_id=programme)
        make.grant(tied, Role.MUNICIPALITY_ADMIN, organisation=draft.file.partner)
        db.session.execute(text("UPDATE special_clause SET text = 'Paid at once'"))  # by a hand in the database
    db.session.expire_all()
    for trigger in (Trigger.APPROVE_CLAUSE, Trigger.REJECT_CLAUSE):
        found = explain.explain(clause, trigger, acting(tied))
        assert [reason.blocker.code for reason in found.reasons] == ["clause_words_changed", "belongs_to_party"]
        assert all(reason.text and reason.who for reason in found.reasons)
    with writing(), pytest.raises(Refused, match="clause_words_changed, belongs_to_party"):
        use_cases.approve(clause, clause.sha256, acting(tied))
    sign_in(client, tied)
    page = client.get(f"{draft.path}/clauses/{clause.id}").text
    assert "You belong to one of the municipalities" in page and "Approve the clause" not in page
    with writing():
        use_cases.withdraw(clause, clause.sha256, draft.file.as_manager())
    draft.write()
    draft.check()
    other = draft.propose("Paid in two parts")
    with writing():
        use_cases.approve(other, other.sha256, acting(draft.second))
    draft.write()
    draft.check()
    with writing():
        agreements.issue(draft.agreement, draft.file.as_manager())
    for trigger, who in ((Trigger.WITHDRAW_CLAUSE, draft.file.as_manager()), (Trigger.REPLACE_CLAUSE, SYSTEM)):
        with writing(), pytest.raises(Refused, match="clause_agreement_fixed"):
            advance(other, trigger, who)
    assert other.is_approved


def test_a_clause_is_decided_where_its_words_are_read(client: FlaskClient, draft: Draft) -> None:
    """The page of every machine's moves would ask for no more than a click, and would not hold the agreement."""
    clause = draft.propose("Paid in two parts")
    here = f"{draft.path}/clauses/{clause.id}"
    sign_in(client, draft.finance)
    move = f"/move/clause/{clause.id}/approve_clause"
    for answer in (client.get(move), client.post(move, data={"revision": "1", "request_id": "a"})):
        assert (answer.status_code, answer.location) == (303, here)
    with client.application.test_request_context():
        offered = caseframe.offer_rows(clause, acting(draft.finance))
    assert [row.href for row in offered] == [here] * 4
    db.session.expire_all()
    assert (clause.state, len(chain(clause))) == (State.PROPOSED, 1)
    with writing(), pytest.raises(Refused, match="not_your_role"):  # other words come with the new text alone
        advance(clause, Trigger.REPLACE_CLAUSE, draft.file.as_manager())
    with writing():
        stranger = person("Nobody here")
    sign_in(client, stranger)
    assert client.get(move).status_code == client.post(move).status_code == 404


def test_clauses_are_counted_and_listed_like_every_case(draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    manager, file = draft.file.as_manager(), clause.application
    assert machines.standing(manager, Machine.CLAUSE, 1) == {State.PROPOSED: machines.Standing(1, 0, 0)}
    assert machines.standing(acting(draft.lead), Machine.CLAUSE, 1) == {}
    for who in (manager, acting(draft.lead)):
        known = parts.parts(file, who, scope.file_scope(file))
        assert [(p.id, p.state) for p in known if p.machine is Machine.CLAUSE] == [(clause.id, State.PROPOSED)]

    assert str(LIVE_ROWS) == "state IN ('proposed', 'approved')"  # as the index in the database says


def test_a_clause_about_an_article_that_is_gone_stops_the_writing(draft: Draft) -> None:
    draft.propose("Pass it on twice", article=draft.article("sharing"))
    with writing():
        draft.file.application.budget[2].category = draft.file.application.budget[0].category  # no training line
        for duty in db.session.scalars(db.select(make.use_cases.Obligation)):
            agreements.remove_obligation(duty, draft.file.as_manager())
    with pytest.raises(Invalid, match=r"does not have: 1 \(Paid in two parts\)"):
        draft.write()


# --- approvals and the issue ---------------------------------------------------------------------------------------


def test_the_issue_names_exactly_what_is_missing(client: FlaskClient, draft: Draft) -> None:
    with writing():
        draft.file.application.call.plan.programme.rules = {"text_agreements": 2}
    draft.propose("Paid in two parts")
    draft.write()
    draft.comment(draft.lead, "No", objection=True)
    assert draft.blockers() == {
        "clauses_open": {"count": "1"}, "version_unchecked": {}, "objections_open": {"count": "1"},
        "text_not_agreed": {"count": "2", "parties": "Rubavu, Rheden"},
    }  # fmt: skip
    with writing(), pytest.raises(Refused) as refused:
        agreements.issue(draft.agreement, draft.file.as_manager())
    assert {blocker.code for blocker in refused.value.refusal.blockers} == set(draft.blockers())
    sign_in(client, draft.file.manager)
    page = unescape(client.get(draft.path).text)
    assert "Nobody but its author has checked this version yet" in page
    assert "Not enough municipalities have agreed to this version. Still needed: 2. Not yet: Rubavu, Rheden." in page
    assert "Write the contract" not in page  # nothing is outdated


def test_who_wrote_a_version_never_checks_it(client: FlaskClient, draft: Draft) -> None:
    sign_in(client, draft.file.manager)
    page = client.get(f"{draft.path}/check")
    assert page.status_code == 200 and "another officer checks it" in page.text
    assert client.post(f"{draft.path}/check", data={"sha256": draft.sha256, "read": "y"}).status_code == 403
    with writing():
        tied = grant(person("Councillor and officer"), Role.FINANCE_OFFICER,
                     programme_id=draft.file.application.call.plan.programme_id)  # fmt: skip
        make.grant(tied, Role.MUNICIPALITY_ADMIN, organisation=draft.file.partner)
    with writing(), pytest.raises(Forbidden):
        use_cases.check(draft.agreement, draft.sha256, acting(tied), storage())
    assert "version_unchecked" in draft.blockers()
    sign_in(client, draft.second)
    assert client.post(f"{draft.path}/check", data={"sha256": draft.sha256}).status_code == 422
    for _twice in range(2):
        assert client.post(f"{draft.path}/check", data={"sha256": draft.sha256, "read": "y"}).status_code == 303
    assert len(db.session.scalars(db.select(VersionApproval)).all()) == 1
    assert draft.blockers() == {}


def test_a_new_version_voids_every_approval_and_the_rows_stay(client: FlaskClient, draft: Draft) -> None:
    first = draft.sha256
    draft.check()
    sign_in(client, draft.partner)
    assert client.post(f"{draft.path}/agree", data={"sha256": first, "read": "y"}).status_code == 303
    assert draft.blockers() == {}
    with writing():
        draft.file.partner.legal_name = "City of Rubavu"
    draft.write()
    assert set(draft.blockers()) == {"version_unchecked"}
    with writing(), pytest.raises(Conflict):
        use_cases.check(draft.agreement, first, acting(draft.finance), storage())
    page = unescape(client.get(f"{draft.path}/text?version=1").text)
    assert "agreed to version 1, since replaced" in page and "Finance officer" in page
    now = unescape(client.get(f"{draft.path}/text").text)
    assert "Not checked" in now and "Agree to this text" in now
    assert len(db.session.scalars(db.select(VersionApproval)).all()) == 2
    with pytest.raises(DatabaseError):  # append-only
        db.session.execute(text("UPDATE version_approval SET sha256 = 'x'"))
    db.session.rollback()


def test_an_approval_of_other_bytes_does_not_count_and_a_check_that_ignores_the_hash_is_caught(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted mutant: facts that take any approval of the document let an unchecked text be issued."""
    with writing():
        row = VersionApproval(
            document_id=draft.newest.id, kind="checked", sha256="f" * 64, person_id=draft.finance.id,
            role=Role.FINANCE_OFFICER, given_at=draft.newest.created_at,
        )  # fmt: skip
        db.session.add(row)
    assert set(draft.blockers()) == {"version_unchecked"}
    monkeypatch.setattr(cases, "approvals_of", lambda document: list(document.approvals))
    assert set(draft.blockers()) != {"version_unchecked"}


def test_a_file_that_was_changed_is_neither_shown_nor_approved(client: FlaskClient, draft: Draft) -> None:
    path = storage()._path(draft.sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b" ")
    sign_in(client, draft.finance)
    assert client.get(f"{draft.path}/text").status_code == 409
    assert client.post(f"{draft.path}/check", data={"sha256": draft.sha256, "read": "y"}).status_code in (409, 422)
    assert not db.session.scalars(db.select(VersionApproval)).all()


def test_a_party_agrees_once_and_not_over_its_own_objection(client: FlaskClient, draft: Draft) -> None:
    objection = draft.comment(draft.partner, "Too low", objection=True)
    sign_in(client, draft.file.editors[draft.file.partner.id])
    given = {"sha256": draft.sha256, "read": "y"}
    refused = client.post(f"{draft.path}/agree", data=given)
    assert refused.status_code == 422 and "open objection" in refused.text
    with writing():
        use_cases.resolve(objection, acting(draft.partner))
    for _twice in range(2):
        assert client.post(f"{draft.path}/agree", data=given).status_code == 303
    assert len(db.session.scalars(db.select(VersionApproval)).all()) == 1
    sign_in(client, draft.finance)
    assert client.get(f"{draft.path}/agree").status_code == 403
    draft.check()
    with writing():
        agreements.issue(draft.agreement, draft.file.as_manager())
        advance(draft.agreement, Trigger.REDRAFT, draft.file.as_manager(), reason="A mandate was withdrawn")
    assert client.get(f"{draft.path}/check").status_code == 409  # taken back: there is nothing to approve
    with writing(), pytest.raises(Conflict):
        use_cases.check(draft.agreement, draft.sha256, acting(draft.second), storage())


# --- what changed, and who may look --------------------------------------------------------------------------------


def test_the_difference_is_that_of_the_two_stored_files(client: FlaskClient, draft: Draft) -> None:
    sign_in(client, draft.lead)
    assert client.get(f"{draft.path}/difference").status_code == 303  # one version: nothing to compare
    draft.propose("Paid in two parts")
    with writing():
        programme = draft.file.application.call.plan.programme
        programme.rules = {"payment_days": 17}
    draft.write()
    seen = unescape(client.get(f"{draft.path}/difference").text)
    assert "From version 1 to version 2" in seen
    assert '<del><span class="govuk-visually-hidden">removed: </span>30</del>' in seen
    assert '<ins><span class="govuk-visually-hidden">added: </span>17</ins>' in seen
    assert "Special clause 1, in addition to section 6 (Costs)" in seen and "What binds" not in seen
    back = unescape(client.get(f"{draft.path}/difference?from=2&to=1").text)
    assert '<del><span class="govuk-visually-hidden">removed: </span>17</del>' in back
    assert "Nothing is different." in client.get(f"{draft.path}/difference?from=2&to=2").text
    for wrong in ("from=9", "to=0", "from=x", "to=²"):
        assert client.get(f"{draft.path}/difference?{wrong}").status_code == 404


def test_a_stranger_and_a_foreign_number_find_nothing(client: FlaskClient, draft: Draft) -> None:
    with writing():
        other = make.approved(suffix=" B")
        make.written(other, storage())
    clause = draft.propose("Ours")
    comment = draft.comment(draft.lead)
    foreign = f"/applications/{other.application.id}/agreement"
    pages = ("/text", "/difference", "/clauses", f"/clauses/{clause.id}", "/article?article=costs", "/check", "/agree")
    sign_in(client, other.editors[other.lead.id])
    assert [client.get(draft.path + page).status_code for page in pages] == [404] * len(pages)
    assert client.post(f"{draft.path}/article?article=costs", data={"text": "Hello"}).status_code == 404
    assert client.get(f"{foreign}/clauses/{clause.id}").status_code == 404
    assert client.post(f"{foreign}/comments/{comment.id}/resolve").status_code == 404
    assert (
        client.post(f"{foreign}/article?article=costs", data={"reply_to": comment.id, "reply": "x"}).status_code == 404
    )
    with pytest.raises(NotFound):
        use_cases.comment_of(other.agreement, comment.id)


def test_everything_is_on_record_and_told_to_both_sides(client: FlaskClient, draft: Draft) -> None:
    clause = draft.propose("Paid in two parts")
    draft.comment(draft.lead)
    with writing():
        use_cases.approve(clause, clause.sha256, acting(draft.finance))
    draft.write()
    draft.check()
    with writing():
        use_cases.agree(draft.agreement, draft.sha256, acting(draft.partner), storage())
    sign_in(client, draft.lead)
    seen = unescape(client.get(f"/applications/{draft.file.application.id}/history").text)
    for words in (
        "Proposed a special clause: 1. Paid in two parts", "Approved a special clause", "Checked a version of the",
        "Commented on the contract: 6. Costs", "Agreed to the text of the contract",
    ):  # fmt: skip
        assert words in seen
    told = {to for to, path in mails() if path.endswith(f"/clauses/{clause.id}")}
    assert told >= {draft.lead.email, draft.partner.email, draft.finance.email, draft.second.email}
