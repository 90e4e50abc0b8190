"""What waits before anybody can apply: programme, country plan [S2.9], call, and the templates of documents."""

from sqlalchemy import ColumnElement, func, or_

from webapp.desk.kinds import Kind
from webapp.desk.sources.parts import ME, TODAY, Source, own, row, source
from webapp.models.programme import Call, CountryPlan, Programme
from webapp.models.template import DocumentTemplate
from workflows.vocabulary import Role, State

MANAGER, DIRECTOR = Role.PROGRAMME_MANAGER, Role.DIRECTOR

_plan = row(case=CountryPlan.id, label=CountryPlan.title, since=CountryPlan.state_since)

# What its uploader said is new in it tells templates apart.
_template = row(
    case=DocumentTemplate.id, label=func.substr(DocumentTemplate.note, 1, 80), since=DocumentTemplate.state_since
)


def _in_office() -> ColumnElement[bool]:
    return or_(own("managed", DocumentTemplate.programme_id), own("directed", DocumentTemplate.programme_id))


SOURCES: tuple[Source, ...] = (
    source(
        Kind.OPEN_PROGRAMME,
        DIRECTOR,
        row(case=Programme.id, label=Programme.title, since=Programme.state_since).where(
            Programme.state == State.DRAFT, own("directed", Programme.id)
        ),
    ),
    source(
        Kind.FINISH_PLAN,
        MANAGER,
        _plan.where(CountryPlan.state == State.DRAFT, own("managed", CountryPlan.programme_id)).where(
            CountryPlan.drafted_by_id == ME
        ),
    ),
    source(
        Kind.ENDORSE_PLAN,
        Role.LGA_OFFICER,
        _plan.where(CountryPlan.state == State.CONSULTATION, own("endorses", CountryPlan.lga_id)),
    ),
    source(
        Kind.APPROVE_PLAN,
        DIRECTOR,
        _plan.where(CountryPlan.state == State.ENDORSED, own("directed", CountryPlan.programme_id)).where(
            CountryPlan.drafted_by_id != ME
        ),
    ),
    source(
        Kind.OPEN_CALL,
        MANAGER,
        row(case=Call.id, label=Call.title, due=Call.opens_on, since=Call.state_since)
        .join(CountryPlan, CountryPlan.id == Call.plan_id)
        .where(Call.state == State.DRAFT, Call.closes_on >= TODAY, CountryPlan.state == State.APPROVED)
        .where(own("managed", CountryPlan.programme_id)),
    ),
    source(
        Kind.READ_PREVIEW,
        (MANAGER, DIRECTOR),
        _template.where(DocumentTemplate.state == State.DRAFT, DocumentTemplate.uploaded_by_id == ME, _in_office()),
    ),
    source(
        Kind.ACTIVATE_TEMPLATE,
        (MANAGER, DIRECTOR),
        _template.where(DocumentTemplate.state == State.PREVIEWED, DocumentTemplate.uploaded_by_id != ME, _in_office()),
    ),
)
