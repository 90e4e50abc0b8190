"""Notice of termination and the audit: facts that others act on."""

from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from webapp import clock, wording
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.application import Application
from webapp.models.monitoring import Audit, Opinion, TerminationNotice
from webapp.models.record import AuditEvent
from webapp.monitoring.use_cases.shared import OFFICE, PARTIES, address, enter, needed, not_of_a_party, today
from webapp.policy import Action, Principal
from webapp.services import announce, audit
from webapp.services.facts import current_agreement, rules_of


def give_notice(application: Application, grounds: str, actor: Principal) -> TerminationNotice:
    """A step of its own: termination is offered once the notice's term (`rules.notice_days`) is over."""
    role = enter(application, application, Action.GIVE_NOTICE, actor)
    not_of_a_party(application, actor)
    grounds = needed("grounds", grounds)
    if _running_notice(application) is not None:
        raise Invalid("grounds", _("Notice was already given for this project. Take it back before you give it anew."))
    notice = TerminationNotice(
        application_id=application.id,
        grounds=grounds,
        given_by_id=actor.person_id,
        given_at=clock.now(),
        ends_on=notice_would_end(application),
    )
    db.session.add(notice)
    db.session.flush()
    audit.record(
        application, actor, role, AuditEvent.NOTICE_GIVEN, application_id=application.id, reason=grounds,
        data={"notice": notice.id, "ends_on": notice.ends_on.isoformat()},
    )  # fmt: skip
    people = announce.people_with(PARTIES | OFFICE, application)
    announce.tell(people, actor, f"notice-{notice.id}", address(application), lambda: [
        _("%(title)s: notice of termination", title=announce.title(application)),
        _("%(who)s gave notice of termination for this project.", who=actor.name),
        _("Reason given: %(reason)s", reason=grounds),
        _("The project can be ended after %(day)s.", day=wording.day(notice.ends_on)),
    ])  # fmt: skip
    return notice


def notice_would_end(application: Application) -> date:
    """The last day of the term of a notice given today."""
    return today(application) + timedelta(days=rules_of(application).notice_days)


def _running_notice(application: Application) -> TerminationNotice | None:
    query = select(TerminationNotice).where(
        TerminationNotice.application_id == application.id, TerminationNotice.withdrawn_at.is_(None)
    )
    return db.session.scalar(query)


def withdraw_notice(notice: TerminationNotice, actor: Principal) -> None:
    """Take a notice back; a second time changes nothing."""
    application = db.session.get_one(Application, notice.application_id)
    role = enter(application, application, Action.GIVE_NOTICE, actor)
    if notice.withdrawn_at is not None:
        return
    notice.withdrawn_at = clock.now()
    audit.record(
        application, actor, role, AuditEvent.NOTICE_WITHDRAWN, application_id=application.id, data={"notice": notice.id}
    )
    people = announce.people_with(PARTIES | OFFICE, application)
    announce.tell(people, actor, f"notice-back-{notice.id}", address(application), lambda: [
        _("%(title)s: the notice of termination is withdrawn", title=announce.title(application)),
        _("%(who)s took the notice of termination back. The project goes on.", who=actor.name),
    ])  # fmt: skip


# --- audit ----------------------------------------------------------------------------------------


def give_opinion(
    application: Application, opinion: Opinion, summary: str, ineligible: Decimal, actor: Principal
) -> Audit:
    """The auditor's word on the file, once; `ineligible` in the agreement's currency, at most the grant [S2.18]."""
    role = enter(application, application, Action.GIVE_OPINION, actor)
    record = db.session.scalars(select(Audit).where(Audit.application_id == application.id)).one()
    still_open(record)
    agreement = current_agreement(application)
    if agreement is not None and ineligible > agreement.grant:
        limit = wording.amount(agreement.grant, agreement.currency)
        raise Invalid("ineligible", _("This is more than the grant, which is %(grant)s.", grant=limit))
    record.summary = needed("summary", summary)
    record.auditor_id = actor.person_id
    record.opinion, record.ineligible, record.delivered_at = opinion, ineligible, clock.now()
    audit.record(
        application, actor, role, AuditEvent.OPINION_GIVEN, application_id=application.id, reason=record.summary,
        data={"opinion": opinion.value, "ineligible": str(ineligible)},
    )  # fmt: skip
    people = announce.people_with(PARTIES | OFFICE, application)
    announce.tell(people, actor, f"opinion-{record.id}", address(application), lambda: [
        _("%(title)s: the audit opinion is given", title=announce.title(application)),
        _("The opinion of the auditor: %(opinion)s.", opinion=wording.label(opinion)),
    ])  # fmt: skip
    return record


def still_open(record: Audit) -> None:
    if record.opinion is not None:
        raise Invalid("opinion", _("The opinion is given. It cannot be changed."))
