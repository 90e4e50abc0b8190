"""Who sees which file in which state: a matrix written by hand, and the table's own edges."""

from datetime import date

import pytest

from webapp import policy
from webapp.errors import Forbidden, NotFound
from webapp.policy import Action, FileScope, Grant, Principal
from workflows.vocabulary import Role, State

PROGRAMME, LEAD, PARTNER, PLAN_LGA, HOME_LGA, FILE = 1, 10, 11, 20, 21, 30
R, S = Role, State


def somebody(role: Role, **where: int) -> Principal:
    return Principal(5, "Somebody", (Grant(role, **where),))


def file_in(state: State, return_state: State | None = None) -> FileScope:
    return FileScope(
        FILE, PROGRAMME, frozenset({LEAD, PARTNER}), PLAN_LGA, frozenset({PLAN_LGA, HOME_LGA}), state, return_state
    )


PARTY = somebody(R.APPLICANT_EDITOR, organisation_id=LEAD)
OTHER_PARTY = somebody(R.APPLICANT_EDITOR, organisation_id=12)
REVIEWER = somebody(R.LGA_OFFICER, organisation_id=PLAN_LGA)
OTHER_LGA = somebody(R.LGA_OFFICER, organisation_id=22)
MANAGER = somebody(R.PROGRAMME_MANAGER, programme_id=PROGRAMME)
OTHER_MANAGER = somebody(R.PROGRAMME_MANAGER, programme_id=2)
ASSESSOR_IN_POOL = somebody(R.ASSESSOR, programme_id=PROGRAMME)
ASSESSOR = somebody(R.ASSESSOR, application_id=FILE)
PANEL = somebody(R.PANEL_MEMBER, programme_id=PROGRAMME)
ADMIN = somebody(R.SYSTEM_ADMIN)
# Who sees the whole file, in: draft, submitted, review, decision, appeal, monitoring, closed.
STATES = (S.DRAFT, S.SUBMITTED, S.REVIEW, S.DECISION, S.APPEAL, S.MONITORING, S.CLOSED)
SEES = {
    "party": (PARTY, (1, 1, 1, 1, 1, 1, 1)),
    "another municipality": (OTHER_PARTY, (0, 0, 0, 0, 0, 0, 0)),
    "the plan's association": (REVIEWER, (0, 0, 1, 0, 0, 0, 0)),
    "another association": (OTHER_LGA, (0, 0, 0, 0, 0, 0, 0)),
    "the programme's manager": (MANAGER, (0, 1, 1, 1, 1, 1, 1)),
    "another programme's manager": (OTHER_MANAGER, (0, 0, 0, 0, 0, 0, 0)),
    "an assessor in the pool": (ASSESSOR_IN_POOL, (0, 0, 0, 0, 0, 0, 0)),
    "the assigned assessor": (ASSESSOR, (0, 1, 1, 1, 1, 1, 1)),
    "the panel": (PANEL, (0, 0, 0, 0, 1, 0, 0)),
    "the administrator": (ADMIN, (0, 0, 0, 0, 0, 0, 0)),
}


@pytest.mark.parametrize("name", SEES)
def test_who_sees_the_whole_file(name: str) -> None:
    person, expected = SEES[name]
    seen = tuple(int(policy.may(person, Action.VIEW_FILE, file_in(state))) for state in STATES)
    assert seen == expected


def test_an_association_reads_on_while_its_own_question_is_answered() -> None:
    assert policy.may(REVIEWER, Action.VIEW_FILE, file_in(S.CLARIFICATION, S.REVIEW))
    assert not policy.may(REVIEWER, Action.VIEW_FILE, file_in(S.CLARIFICATION, S.ELIGIBILITY))


def test_an_association_keeps_a_summary_before_and_after() -> None:
    assert policy.may(REVIEWER, Action.VIEW_SUMMARY, file_in(S.MONITORING))
    assert not policy.may(REVIEWER, Action.VIEW_SUMMARY, file_in(S.DRAFT))


def test_only_applicants_write_and_only_while_it_is_theirs_to_write() -> None:
    writers = [p for p, _seen in SEES.values() if policy.may(p, Action.EDIT_CONTENT, file_in(S.DRAFT))]
    assert writers == [PARTY]
    assert not policy.may(PARTY, Action.EDIT_CONTENT, file_in(S.SUBMITTED))


def test_unknown_and_foreign_look_the_same_and_known_but_forbidden_does_not() -> None:
    with pytest.raises(NotFound):
        policy.require(OTHER_PARTY, Action.EDIT_CONTENT, file_in(S.DRAFT))
    with pytest.raises(Forbidden):
        policy.require(MANAGER, Action.EDIT_CONTENT, file_in(S.SUBMITTED))


def test_a_grant_counts_from_its_first_day_to_its_last() -> None:
    row = (R.SIGNATORY, LEAD, None, None, date(2026, 1, 2), date(2026, 1, 4))
    valid = [day for day in range(1, 7) if policy.grants_on([row], date(2026, 1, day))]
    assert valid == [2, 3, 4]


def test_the_matrix_notices_a_loosened_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutant: an association that sees files in every state."""
    monkeypatch.setattr(policy, "_sees_file", lambda roles, _scope: bool(roles))
    person, expected = SEES["the plan's association"]
    assert tuple(int(policy.may(person, Action.VIEW_FILE, file_in(state))) for state in STATES) != expected


FINANCE = somebody(R.FINANCE_OFFICER, programme_id=PROGRAMME)
DIRECTOR = somebody(R.DIRECTOR, programme_id=PROGRAMME)
SIGNATORY = somebody(R.SIGNATORY, organisation_id=PARTNER)
# Who negotiates a draft contract: comment, agree to the text, propose a clause, approve one, check a version.
NEGOTIATION = (
    Action.COMMENT_ON_AGREEMENT, Action.AGREE_TO_TEXT, Action.PROPOSE_CLAUSE, Action.APPROVE_CLAUSE,
    Action.CHECK_VERSION,
)  # fmt: skip
NEGOTIATES = {
    "party": (PARTY, (1, 1, 0, 0, 0)),
    "signatory of a party": (SIGNATORY, (1, 1, 0, 0, 0)),
    "another municipality": (OTHER_PARTY, (0, 0, 0, 0, 0)),
    "manager": (MANAGER, (1, 0, 1, 1, 1)),
    "finance officer": (FINANCE, (1, 0, 0, 1, 1)),
    "director": (DIRECTOR, (1, 0, 0, 1, 1)),
    "another manager": (OTHER_MANAGER, (0, 0, 0, 0, 0)),
    "the assigned assessor": (ASSESSOR, (0, 0, 0, 0, 0)),
    "the plan's association": (REVIEWER, (0, 0, 0, 0, 0)),
}


@pytest.mark.parametrize("name", NEGOTIATES)
def test_who_negotiates_a_contract_and_only_while_it_is_made(name: str) -> None:
    who, expected = NEGOTIATES[name]
    assert tuple(int(policy.may(who, action, file_in(S.CONTRACTING))) for action in NEGOTIATION) == expected
    closed = (S.APPROVED, S.SIGNED, S.MONITORING, S.WITHDRAWN)
    assert not any(policy.may(who, action, file_in(state)) for action in NEGOTIATION for state in closed)
