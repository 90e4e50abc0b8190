"""What others are late with in the files somebody manages: to call them, or to give more time."""

from webapp.desk.kinds import Kind
from webapp.desk.sources.parts import INDEPENDENT, MANAGED_BY_ME, TODAY, Source, file_row, of_programmes, source
from webapp.models.application import Application
from webapp.models.record import Deadline
from webapp.services import reminders
from workflows.vocabulary import DeadlineKind, Role

K = DeadlineKind
OF_OTHERS = (K.ANSWER, K.REVIEW, K.SIGNATURE, K.REPORT, K.ACTION, K.OBLIGATION)

_late = (
    file_row(case=Deadline.id, label=Deadline.kind, due=Deadline.last_on, since=Deadline.created_at)
    .join(Deadline, Deadline.application_id == Application.id)
    .where(Deadline.closed_at.is_(None), Deadline.last_on < TODAY, Deadline.kind.in_(OF_OTHERS))
    .where(of_programmes("managed"), MANAGED_BY_ME, INDEPENDENT, reminders.awake())
)

SOURCES: tuple[Source, ...] = (source(Kind.CHASE, Role.PROGRAMME_MANAGER, _late),)
