"""What a programme may choose, held against the definitions: figures that contradict each other or close a state.

Topology is code and figures are settings, so a figure can make a state of the table impossible. It is refused when it
is saved, with the field that has to change; nobody finds out at the first file.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from workflows import mandates
from workflows.definition import Definition, name_of
from workflows.facts import Rules
from workflows.paths import reachable
from workflows.vocabulary import AuditLevel, Machine, Role, State

SCORE_SCALE, BASELINE_SCALE, FIT_SCALE = 100, 4, 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the programme's files stand now, and who there is, as far as a figure may not ignore it.

    `reviewers`: how many can review a file, by the country plan's title. `holders`: how many hold a role of the office;
    None: not asked now. `largest`: the largest grant that can be asked for.
    """

    by_state: Mapping[State, int] = field(default_factory=dict)
    closing_without_audit: int = 0
    reviewers: Mapping[str, int] = field(default_factory=dict)
    holders: Mapping[Role, int] | None = None
    largest: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What cannot hold: the figure to change, a code with its numbers. The words live in `webapp.wording.settings`."""

    field: str
    code: str
    params: tuple[tuple[str, str], ...] = ()


# A guard, and the figure under which no file could ever pass it: its moves are then closed for everybody.
_Closed = Callable[[Rules], bool]
CLOSES: dict[str, tuple[str, _Closed]] = {
    "question_due_in_time": ("clarification_days", lambda rules: rules.clarification_days < 1),
    "baseline_passed": ("baseline_bar", lambda rules: rules.baseline_bar > BASELINE_SCALE),
    "score_allows_funding": ("fund_from", lambda rules: rules.fund_from > SCORE_SCALE),
    "within_appeal_time": ("appeal_days", lambda rules: rules.appeal_days < 1),
    "capacity_hold_used": ("capacity_hold", lambda rules: not rules.capacity_hold),
}
# Steps that a programme may do without: their state may become unreachable, as long as no file stands in it.
OPTIONAL: dict[str, State] = {"capacity_hold": State.CAPACITY_HOLD}


def contradictions(rules: Rules, definitions: Iterable[Definition], standing: Standing) -> tuple[Contradiction, ...]:
    """Everything that cannot hold with these figures, in the order of a form; empty when they can be saved."""
    machines = tuple(definitions)
    found = [*_amounts(rules), *_counts(rules), *_reminders(rules, machines), *_audits(rules, standing)]
    for definition in machines:
        found += [*_deadlines(rules, definition), *_closed_states(rules, definition, standing)]
    first: dict[tuple[str, str], Contradiction] = {}
    for one in found:
        first.setdefault((one.field, one.code), one)
    return tuple(first.values())


def doubts(rules: Rules, standing: Standing) -> tuple[Contradiction, ...]:
    """What holds only once more people are there: to be confirmed, for they can be appointed (docs/decisions/0022)."""
    return (*_reviewing(rules, standing), *dict.fromkeys(_confirming(rules, standing)))


def _reviewing(rules: Rules, standing: Standing) -> Iterable[Contradiction]:
    for plan, count in standing.reviewers.items():
        if rules.quorum > count:
            yield Contradiction("quorum", "too_few_reviewers", (("count", str(count)), ("plan", plan)))


def _confirming(rules: Rules, standing: Standing) -> Iterable[Contradiction]:
    if standing.holders is None:
        return
    for name, roles in mandates.levels(rules, standing.largest):
        for role in roles:
            have, need = standing.holders.get(role, 0), mandates.people_needed(role)
            if have < need:
                params = (("count", str(have)), ("need", str(need)), ("role", role.value))
                yield Contradiction(name, "too_few_confirm", params)


def _amounts(rules: Rules) -> Iterable[Contradiction]:
    if rules.mandate_manager > rules.mandate_finance:
        yield Contradiction("mandate_finance", "mandates_cross")
    if rules.advance_percent > rules.advance_limit_percent:
        yield Contradiction("advance_limit_percent", "advances_cross")
    percents = (rules.advance_percent, rules.advance_limit_percent)
    names = ("advance_percent", "advance_limit_percent")
    yield from (
        Contradiction(name, "not_a_percentage") for name, value in zip(names, percents, strict=True) if value > 100
    )


def _counts(rules: Rules) -> Iterable[Contradiction]:
    if rules.quorum < 1:
        yield Contradiction("quorum", "nobody_reviews")
    if rules.fit_minimum > FIT_SCALE:
        yield Contradiction("fit_minimum", "state_closed", (("state", State.APPROVED.value),))
    for name in ("interim_report_months", "review_days", "payment_days", "escalation_days"):
        if getattr(rules, name) < 1:
            yield Contradiction(name, "no_time_at_all")
    for name in ("final_report_months", "notice_days", "cure_days", "remind_before_days", "remind_after_days"):
        if getattr(rules, name) < 0:
            yield Contradiction(name, "negative")


def _reminders(rules: Rules, definitions: Iterable[Definition]) -> Iterable[Contradiction]:
    """A reminder before the time itself began would never be sent; a superior is not told before the person is."""
    timed = {spec.deadline for definition in definitions for spec in definition.states if spec.deadline}
    shortest = min(getattr(rules, name) for name in timed | {"clarification_days", "review_days"})
    if rules.remind_before_days >= max(shortest, 1):
        yield Contradiction("remind_before_days", "reminder_too_early", (("days", str(shortest)),))
    if rules.escalation_days < rules.remind_after_days:
        yield Contradiction("escalation_days", "escalation_before_reminder", (("days", str(rules.remind_after_days)),))


def _audits(rules: Rules, standing: Standing) -> Iterable[Contradiction]:
    if rules.investment_audit is AuditLevel.NONE:
        yield Contradiction("investment_audit", "investment_unaudited")
    if rules.memorandum_audit is not AuditLevel.NONE and standing.closing_without_audit:
        waiting = str(standing.closing_without_audit)
        yield Contradiction("memorandum_audit", "closing_without_audit", (("count", waiting),))


def _deadlines(rules: Rules, definition: Definition) -> Iterable[Contradiction]:
    """A state that ends by itself before anybody could act in it."""
    for spec in definition.states:
        if spec.deadline and getattr(rules, spec.deadline) < 1:
            yield Contradiction(spec.deadline, "no_time_at_all")


def _closed_states(rules: Rules, definition: Definition, standing: Standing) -> Iterable[Contradiction]:
    """States that these figures alone make unreachable, or that lead to no end any more."""
    if definition.machine is not Machine.APPLICATION:
        return
    for guard, (name, is_closed) in CLOSES.items():
        if not is_closed(rules):
            continue
        optional = OPTIONAL.get(name)
        for state in _lost(definition, guard):
            count = standing.by_state.get(state, 0)
            if state is not optional:
                yield Contradiction(name, "state_closed", (("state", state.value),))
            elif count:
                yield Contradiction(name, "files_stand_there", (("state", state.value), ("count", str(count))))


def _lost(definition: Definition, guard: str) -> list[State]:
    """What can be reached in the whole table, and not without the moves that ask this guard."""
    open_moves = tuple(m for m in definition.moves if guard not in {name_of(asked) for asked in m.guards})
    kept = reachable(replace(definition, moves=open_moves), definition.initial)
    return [state for state in reachable(definition, definition.initial) if state not in kept]
