"""Facts of a list are those of each file alone, and cost the statements of one."""

import pytest
import sqlalchemy as sa

from tests.factories import assessing, register
from tests.factories.applications import statements
from webapp.extensions import db
from webapp.models.application import Application
from webapp.policy import SYSTEM
from webapp.services.facts import facts_of, of_applications
from webapp.services.facts.together import Together
from webapp.transaction import writing
from workflows.definitions import CURRENT
from workflows.vocabulary import Machine, State

pytestmark = pytest.mark.usefixtures("inside")


def one_in_each_state() -> list[Application]:
    """Placed files in all states, with agreements; and some that were walked there and have everything."""
    walked = assessing.in_decision()
    assessing.recommended(walked)
    assessing.another(walked.rooms, title="Waits for eligibility")
    with writing():
        for world in (register.world(), register.world(rules={"appeal_days": 14})):
            for spec in CURRENT[Machine.APPLICATION].states:
                columns = {"return_state": State.REVIEW} if spec.name is State.CLARIFICATION else {}
                row = register.application(world, spec.name, **columns)
                if spec.name in (State.MONITORING, State.CONTRACTING, State.CLOSED):
                    register.agreement(row)
    db.session.remove()
    return list(db.session.scalars(sa.select(Application).order_by(Application.id)))


def test_many_have_the_facts_that_each_has_alone() -> None:
    files = one_in_each_state()
    together = of_applications(files, SYSTEM)
    for file in files:
        assert together[file.id] == facts_of(file, SYSTEM), file.state
    recommended = [facts for facts in together.values() if facts.recommended is not None]
    assert len(recommended) == 1 and recommended[0].valid_reviews == 2 and recommended[0].party_people


def test_rows_that_are_mixed_up_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted mutant: every file gets the rows of all."""
    files = one_in_each_state()
    of = Together.of

    def of_all(self: Together, kind: type, case: Application, *options: object, **more: object) -> list[object]:
        of(self, kind, case, *options, **more)  # type: ignore[arg-type]
        return [row for rows in self._kept[kind].values() for row in rows]

    monkeypatch.setattr(Together, "of", of_all)
    together = of_applications(files, SYSTEM)
    assert any(together[file.id] != facts_of(file, SYSTEM) for file in files)


@pytest.mark.parametrize("state", [State.DECISION, State.RESERVE, State.MONITORING, State.ELIGIBILITY])
def test_forty_files_cost_the_statements_of_two(state: State) -> None:
    with writing():
        world = register.world()
        numbers = [register.application(world, state).id for _number in range(40)]
    counted = []
    for chosen in (numbers[:2], numbers):
        db.session.remove()
        files = list(db.session.scalars(sa.select(Application).where(Application.id.in_(chosen))))
        for file in files:  # what lies on a file itself is the caller's to load
            assert file.call.plan.programme and file.parties[0].organisation and not file.clarifications
        with statements() as seen:
            assert len(of_applications(files, SYSTEM)) == len(chosen)
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 6
