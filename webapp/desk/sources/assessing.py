"""What waits for the office, the assessor, reviewers and the panel until a file is decided."""

from sqlalchemy import exists, func, or_, select

from webapp.desk.kinds import Kind
from webapp.desk.sources.parts import (
    INDEPENDENT,
    ME,
    Source,
    decided,
    file_row,
    in_file,
    in_state,
    looked_at,
    of_managed,
    of_programmes,
    own,
    source,
)
from webapp.models.application import Application
from webapp.models.assessment import Appeal, Baseline, BaselineScore, Decision, PanelVote, Review
from webapp.models.people import Organisation
from webapp.models.programme import Call, CountryPlan
from webapp.models.record import last_day
from workflows.scoring import BASELINE_ITEMS
from workflows.vocabulary import DeadlineKind, Machine, Role, State

MANAGER, ASSESSOR = Role.PROGRAMME_MANAGER, Role.ASSESSOR


SCORED = select(func.count(BaselineScore.id)).where(BaselineScore.baseline_id == Baseline.id).correlate(Baseline)
INCOMPLETE = SCORED.scalar_subquery() < len(BASELINE_ITEMS)
MINE_TO_ASSESS = (own("assessed", Application.id), INDEPENDENT)
ASSESSED_BY_ME = in_file(Baseline, Baseline.assessor_id == ME)
SOMETHING_UNSCORED = in_file(Baseline, INCOMPLETE)
OPEN_RECOMMENDATION = in_file(Decision, Decision.settled_at.is_(None), Decision.replaced_at.is_(None))
VOTED = in_file(Appeal, PanelVote.appeal_id == Appeal.id, PanelVote.person_id == ME)
FUNDS_FREE = (
    exists()
    .where(Call.id == Application.call_id, CountryPlan.id == Call.plan_id)
    .where(CountryPlan.envelope - CountryPlan.reserved - CountryPlan.committed >= Application.requested)
    .correlate(Application)
)
NOT_ITS_MANAGER = or_(Application.manager_id.is_(None), Application.manager_id != ME)
NEW_TO_FILE = (INDEPENDENT, ~looked_at(), ~decided(), NOT_ITS_MANAGER)

_baseline = (
    file_row(case=Organisation.id, label=Organisation.name)
    .join(Baseline, Baseline.application_id == Application.id)
    .join(Organisation, Organisation.id == Baseline.organisation_id)
    .where(in_state(State.BASELINE), Baseline.assessor_id == ME, *MINE_TO_ASSESS)
)
_review = (
    file_row(case=Review.id, due=last_day(DeadlineKind.REVIEW, Machine.REVIEW, Review.id), since=Review.created_at)
    .join(Review, Review.application_id == Application.id)
    .where(in_state(State.REVIEW), Review.round == Application.review_round)
)

SOURCES: tuple[Source, ...] = (
    source(
        Kind.START_ELIGIBILITY,
        MANAGER,
        file_row().where(in_state(State.SUBMITTED), of_programmes("managed"), INDEPENDENT),
    ),
    source(Kind.CHECK_ELIGIBILITY, MANAGER, file_row().where(*of_managed(State.ELIGIBILITY))),
    source(Kind.SCORE_BASELINE, ASSESSOR, _baseline.where(INCOMPLETE)),
    source(
        Kind.JUDGE_BASELINE,
        ASSESSOR,
        file_row().where(in_state(State.BASELINE), *MINE_TO_ASSESS, ASSESSED_BY_ME, ~SOMETHING_UNSCORED),
    ),
    source(Kind.RESUME_BASELINE, ASSESSOR, file_row().where(in_state(State.CAPACITY_HOLD), *MINE_TO_ASSESS)),
    source(
        Kind.REVIEW,
        (Role.LGA_OFFICER, Role.LEAD_REVIEWER),
        _review.where(Review.state == State.ASSIGNED, Review.reviewer_id == ME),
    ),
    source(Kind.RECOMMEND, MANAGER, file_row().where(*of_managed(State.DECISION), ~OPEN_RECOMMENDATION)),
    source(Kind.RECONSIDER, MANAGER, file_row().where(*of_managed(State.RESERVE), FUNDS_FREE)),
    source(
        Kind.VOTE,
        Role.PANEL_MEMBER,
        file_row(case=Appeal.id, since=Appeal.filed_at)
        .join(Appeal, Appeal.application_id == Application.id)
        .where(in_state(State.APPEAL), of_programmes("panelled"), Appeal.decided_at.is_(None), ~VOTED, *NEW_TO_FILE),
    ),
)
