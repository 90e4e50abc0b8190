"""Every word of the product is said in plain words; each check here is shown to notice a missing one."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale

import webapp.models
from webapp import wording
from webapp.models.application import BudgetCategory, RiskKind, Section
from webapp.notifications.audience import TOLD
from webapp.services.batches import work
from webapp.wording import application_moves, blockers, form, grids, moves, people, states, words
from workflows import engine, scoring, vocabulary
from workflows.definitions import ALL
from workflows.facts import Blocker
from workflows.vocabulary import Effect, Machine, Role, Trigger

pytestmark = pytest.mark.usefixtures("reader")
ROOT = Path(__file__).parents[2]
GUARDS = ROOT / "workflows" / "guards.py"
CONTENT = ROOT / "webapp" / "services" / "content.py"

# What a guard's parameter can hold, by its name. A new parameter needs a line here and in wording.blockers.
SAMPLES = {
    **dict.fromkeys(("calls", "cases", "count", "days", "have", "need", "limit", "fit", "votes"), "3"),
    **dict.fromkeys(("bar", "spread", "score", "percent"), "62.50"),
    **dict.fromkeys(("left", "scheduled", "grant"), "18000.00"),
    **dict.fromkeys(("closes", "until", "last", "ends", "opens"), "2026-11-24"),
    "parties": "Goes, Kamuli",
    "roles": "finance_officer,director",
    "criteria": "fit,value",
    "gaps": "signatory:Region, north,obligations",
    "outcome": "reserve",
    "agreement": "issued",
    "state": "draft",
    "trigger": "approve",
}
SECTIONS = {
    "incomplete": "objectives.owner,budget.ceiling",
    "plan_sections_empty": "actors,windows",
    "report_sections_empty": "satisfaction",
}

PLAN_PARTS = ("actors", "policies", "windows", "objectives")
REPORT_PARTS = ("services", "quality", "satisfaction", "finance")


def unsaid(needed: Collection[Any], said: Callable[[Any], str]) -> list[Any]:
    """What has no words: no entry at all, nothing in it, or the bare code."""
    return [key for key in needed if _is_empty(said, key)]


def _is_empty(said: Callable[[Any], str], key: Any) -> bool:
    try:
        text = said(key)
    except KeyError:
        return True
    return not text.strip() or text == str(key) or bool(re.search(r"[a-z]_[a-z]|%\(|^None$", text))


def pairs(part: str) -> list[tuple[Machine, Any]]:
    """Every (machine, state) or (machine, trigger) of the definitions."""
    if part == "states":
        return [(d.machine, spec.name) for d in ALL for spec in d.states]
    return sorted({(d.machine, move.trigger) for d in ALL for move in d.moves})


CALLS = ("_when", "_owners")


def guard_codes(source: str) -> dict[str, set[tuple[str, ...]]]:
    """Each code a guard can answer with, and the parameters it comes with: read from the calls."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            code = ast.literal_eval(node.args[1])
            found.setdefault(code, set()).add(tuple(keyword.arg or "" for keyword in node.keywords))
    return found


def model_words() -> list[StrEnum]:
    """Every word of every closed vocabulary of the models, form sections aside: they have a table of their own."""
    modules = [importlib.import_module(f"webapp.models.{m.name}") for m in pkgutil.iter_modules(webapp.models.__path__)]
    own = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value.__module__.startswith("webapp.models")
    }
    return sorted((word for kind in own - {Section} for word in kind), key=lambda w: (type(w).__name__, w.value))


def spoken(code: str, keys: tuple[str, ...]) -> str:
    sections = SECTIONS.get(code, "")
    params = tuple((key, sections if key == "sections" else SAMPLES[key]) for key in keys)
    return wording.blocker(Blocker(code, (), params), "EUR")


def every_blocker() -> list[tuple[str, tuple[str, ...]]]:
    known = {(code, keys) for code, forms in guard_codes(GUARDS.read_text()).items() for keys in forms}
    engine_codes = {
        (engine.NO_SUCH_MOVE, ("state", "trigger")), (engine.NOT_YOURS, ()), (engine.REASON_MISSING, ()),
    }  # fmt: skip
    together = {(code, ()) for code in (work.CHANGED, work.RECOMMENDED, work.CONFIRMED, work.NOT_NEEDED)}
    return sorted(known | engine_codes | together)


def missing_codes(source: str) -> set[str]:
    """Codes of `ApplicationFacts.missing`: the literals its builder yields, and one for each section."""
    yielded = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Yield | ast.YieldFrom)}
    literal = {value.value for value in yielded if isinstance(value, ast.Constant)}
    details = {f"objectives.{key}" for key in ("how", "owner", "date", "indicator")}
    declared = {f"declarations.{key}" for key in ("double_funding", "truth", "conflict")}
    return literal | {section.value for section in Section} | details | declared | {"learning.lead", "learning.partner"}


CHECKS: dict[str, tuple[Callable[[], Collection[Any]], Callable[[Any], str], Callable[[], dict[Any, Any]]]] = {
    "states": (lambda: pairs("states"), lambda k: wording.state(*k), lambda: states.STATES[Machine.REPORT]),
    "meanings": (lambda: pairs("states"), lambda k: wording.state_meaning(*k), lambda: states.STATES[Machine.PLAN]),
    "buttons": (lambda: pairs("moves"), lambda k: wording.trigger(*k), lambda: moves.MOVES[Machine.CALL]),
    "timeline": (lambda: pairs("moves"), lambda k: wording.moved(*k), lambda: moves.MOVES[Machine.REVIEW]),
    "consequences": (
        lambda: pairs("moves"), lambda k: wording.consequence(*k), lambda: application_moves.APPLICATION_MOVES,
    ),
    "effects": (lambda: Effect, wording.effect, lambda: moves.EFFECTS),
    "roles": (lambda: Role, wording.role, lambda: people.ROLES),
    "blockers": (every_blocker, lambda k: spoken(*k), lambda: blockers.BLOCKERS),
    "sections": (lambda: Section, wording.section, lambda: form.SECTIONS),
    "section help": (lambda: Section, wording.section_help, lambda: form.SECTIONS),
    "missing": (lambda: missing_codes(CONTENT.read_text()), wording.missing, lambda: form.MISSING),
    "plan sections": (lambda: PLAN_PARTS, wording.plan_section, lambda: form.PLAN_SECTIONS),
    "report sections": (lambda: REPORT_PARTS, wording.report_section, lambda: form.REPORT_SECTIONS),
    "models": (model_words, wording.label, lambda: words.VOCABULARIES),
    "instruments": (lambda: vocabulary.Instrument, wording.help_for, lambda: words.VOCABULARIES["Instrument"]),
    "outcomes": (lambda: vocabulary.Outcome, wording.label, lambda: words.VOCABULARIES["Outcome"]),
    "risks": (lambda: RiskKind, wording.help_for, lambda: words.VOCABULARIES["RiskKind"]),
    "domains": (lambda: scoring.BASELINE_GRID, wording.domain, lambda: grids.DOMAINS),
    "items": (lambda: scoring.BASELINE_ITEMS, wording.item, lambda: grids.BASELINE),
    "evidence": (lambda: scoring.BASELINE_ITEMS, wording.item_help, lambda: grids.BASELINE),
    "levels": (lambda: range(5), wording.baseline_level_help, lambda: grids.BASELINE_LEVELS),
    "criteria": (lambda: scoring.REVIEW_GRID, wording.criterion, lambda: grids.CRITERIA),
    "questions": (lambda: scoring.REVIEW_GRID, wording.criterion_help, lambda: grids.CRITERIA),
    "goals": (lambda: range(1, 18), wording.goal, lambda: words.GOALS),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
def test_everything_has_words(name: str) -> None:
    needed, said, _table = CHECKS[name]
    assert len(list(needed())) >= 2
    assert unsaid(needed(), said) == []


@pytest.mark.parametrize("name", CHECKS)
def test_a_word_without_words_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needed, said, table = CHECKS[name]
    monkeypatch.delitem(table(), next(iter(table())))
    assert unsaid(needed(), said) != []


@pytest.mark.parametrize("text", ["", " ", "some_code", "still %(count)s"])
def test_words_that_say_nothing_are_noticed(text: str) -> None:
    assert unsaid(["some_code"], lambda key: text) == ["some_code"]


def test_a_new_code_in_a_guard_is_noticed() -> None:
    source = GUARDS.read_text() + '\n\ndef planted(x, actor):\n    return _when(x.bad, "planted", MANAGER)\n'
    assert guard_codes(source).keys() - blockers.BLOCKERS.keys() == {"planted"}


def test_no_words_for_what_does_not_exist() -> None:
    assert blockers.BLOCKERS.keys() == {code for code, _keys in every_blocker()}
    assert {(m, s) for m, table in states.STATES.items() for s in table} == set(pairs("states"))
    assert {(m, t) for m, table in moves.MOVES.items() for t in table} == set(pairs("moves"))


def test_a_trigger_belongs_to_one_machine() -> None:
    assert len(moves.MACHINE_OF) == len(pairs("moves"))


def test_every_tone_is_one_of_the_badge() -> None:
    assert {wording.state_tone(*pair) for pair in pairs("states")} <= set(states.TONES)


# --- what is said is true --------------------------------------------------------------------------------------------

APPLICANTS = {Role.SIGNATORY, Role.APPLICANT_EDITOR}
SPOKEN_OF: Mapping[str, set[Role]] = {
    "lead reviewer": {Role.LEAD_REVIEWER},
    "the reviewers": {Role.LGA_OFFICER, Role.LEAD_REVIEWER},
    "all the partners": APPLICANTS,
    "signatories": {Role.SIGNATORY},
    "programme manager": {Role.PROGRAMME_MANAGER},
    "director": {Role.DIRECTOR},
    "finance officers": {Role.FINANCE_OFFICER},
    "association": {Role.LGA_OFFICER},
    "assessor": {Role.ASSESSOR},
    "appeal panel": {Role.PANEL_MEMBER},
    "focal points": {Role.FOCAL_POINT},
    "auditor": {Role.AUDITOR},
}


def promised(consequence: str) -> set[Role]:
    """The roles that the sentence about the mail speaks of."""
    sentences = re.findall(r"A mail [^.]*\.", consequence)
    return {role for text in sentences for phrase, roles in SPOKEN_OF.items() if phrase in text for role in roles}


@pytest.mark.parametrize(("machine", "trigger"), pairs("moves"))
def test_the_mail_goes_to_whom_we_say(machine: Machine, trigger: Trigger) -> None:
    assert promised(wording.consequence(machine, trigger)) == set(TOLD.get((machine, trigger), ()))


def test_a_wrong_promise_is_noticed() -> None:
    assert promised("It ends. A mail goes to all the partners and to the auditor.") == {*APPLICANTS, Role.AUDITOR}


@pytest.mark.parametrize("text", [wording.state_meaning, wording.consequence], ids=["meaning", "consequence"])
def test_sentences_are_short(text: Callable[[Any, Any], str]) -> None:
    part = "states" if text is wording.state_meaning else "moves"
    assert [s for pair in pairs(part) for s in long_sentences(text(*pair))] == []


def long_sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.?!]) ", text) if len(sentence.split()) > 24]


def test_a_long_sentence_is_noticed() -> None:
    assert long_sentences(f"Short. {'word ' * 25}.") != []


# --- params, dates and money -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "keys", "words_in_it"),
    [
        ("mandate_open", ("roles",), "Still needed: Finance officer, Director."),
        ("agreement_gaps", ("gaps",), "Name the person who signs for Region, north. List who is trained"),
        ("incomplete", ("sections",), "an objective has no owner"),
        ("report_sections_empty", ("sections",), "Still empty: Satisfaction of citizens."),
        ("envelope_short", ("left",), "Still free: EUR 18,000.00."),
        ("call_already_past", ("closes",), "Tuesday 24 November 2026"),
        ("advances_too_high", ("percent", "limit"), "62.5% of the grant. The limit is 3%."),
        ("not_recommended", ("outcome",), "On the reserve list"),
        (engine.NO_SUCH_MOVE, ("state", "trigger"), "“Approve application” is not possible now: the state is “Draft”."),
    ],
)
def test_params_are_said_in_words(code: str, keys: tuple[str, ...], words_in_it: str) -> None:
    assert words_in_it in spoken(code, keys)


@pytest.mark.parametrize("code", blockers.WITHOUT)
def test_an_unknown_figure_is_left_out(code: str) -> None:
    params = {
        "score": "None",
        "need": "60",
        "fit": "3",
        "until": "",
        "last": "",
        "days": "42",
        "ends": "",
        "agreement": "",
    }
    params["agreement"] = ""
    keys = next(iter(guard_codes(GUARDS.read_text())[code]))
    text = wording.blocker(Blocker(code, (), tuple((key, params[key]) for key in keys if key in params)))
    assert "None" not in text
    assert "  " not in text
    assert "%" not in text


def test_many_gaps_are_told_by_section() -> None:
    codes = "parties.title,objectives.how,objectives.owner,budget.none"
    text = wording.blocker(Blocker("incomplete", (), (("sections", codes),)))
    assert text.endswith("Still open: Partners and project, Objectives and activities, Budget.")


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        wording.blocker(Blocker("planted"))


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        ((), "Nobody can change this any more."),
        ((Role.SYSTEM,), "This happens by itself when the time has come."),
        ((Role.AUDITOR,), "The auditor can clear this."),
        (
            (Role.SIGNATORY, Role.PROGRAMME_MANAGER),
            "The signatory of the municipality or the programme manager can clear this.",
        ),
    ],
)
def test_who_can_clear_it(roles: tuple[Role, ...], sentence: str) -> None:
    assert wording.who(Blocker("incomplete", roles)) == sentence


def test_who_can_do_it_instead() -> None:
    assert wording.who(Blocker(engine.NOT_YOURS, (Role.ASSESSOR,), by_owners=True)) == "The assessor can do this."


@pytest.mark.parametrize(
    ("code", "params", "sentence"),
    [
        ("notice_running", {"ends": "2026-11-24"}, "this happens by itself after Tuesday 24 November 2026."),
        ("call_not_open", {"opens": "2026-11-24"}, "this happens by itself on Tuesday 24 November 2026."),
        ("appeal_time_running", {"last": ""}, "This happens by itself when the time has come."),
    ],
)
def test_what_only_time_clears_says_when(code: str, params: dict[str, str], sentence: str) -> None:
    assert sentence in wording.who(Blocker(code, (Role.SYSTEM,), tuple(params.items())))


def test_what_has_said_it_all_does_not_add_that_nobody_can() -> None:
    assert [wording.who(Blocker(code)) for code in ("capacity_hold_off", engine.NO_SUCH_MOVE)] == ["", ""]


TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 11, 24), "due in 3 days, Tuesday 24 November"),
        (date(2026, 11, 22), "due tomorrow, Sunday 22 November"),
        (date(2026, 11, 21), "due today, Saturday 21 November"),
        (date(2026, 11, 20), "overdue by 1 day, Friday 20 November"),
        (date(2026, 11, 19), "overdue by 2 days, Thursday 19 November"),
        (date(2027, 1, 1), "due in 41 days, Friday 1 January 2027"),
    ],
)
def test_a_due_date_says_how_far_away_it_is(day: date, sentence: str) -> None:
    assert wording.due(day, TODAY) == sentence


def test_dates_and_sums_in_english() -> None:
    assert wording.day(date(2026, 11, 24)) == "Tuesday 24 November 2026"
    assert wording.period(date(2026, 3, 1), date(2027, 2, 28)) == "1 March 2026 to 28 February 2027"
    assert wording.amount(Decimal(18000), "EUR") == "EUR 18,000.00"
    assert wording.country("rw") == "Rwanda"


def test_dates_and_sums_in_dutch() -> None:
    with force_locale("nl"):
        assert wording.day(date(2026, 11, 24)) == "dinsdag 24 november 2026"
        assert wording.amount(Decimal(18000), "EUR") == "EUR 18.000,00"
        assert wording.country("UG") == "Oeganda"


def test_an_instant_is_told_in_its_place() -> None:
    noon = datetime(2026, 11, 24, 12, 5, tzinfo=UTC)
    assert wording.instant(noon, "Africa/Kigali") == "Tuesday 24 November 2026, 14:05 (Kigali time)"
    assert wording.instant(noon, "UTC") == "Tuesday 24 November 2026, 12:05 (UTC)"


def test_choices_of_a_field() -> None:
    assert wording.choices(BudgetCategory)[0] == ("travel", "Travel and stay")


def eager(*rows: Any) -> list[str]:
    """Texts that were translated when the table was made, and so stay in one language for everybody."""
    texts = [text for row in rows for text in (row if isinstance(row, tuple) else (row,))]
    return [text for text in texts if isinstance(text, str) and " " in text]


def test_tables_speak_the_language_of_the_reader() -> None:
    tables = (blockers.BLOCKERS, blockers.WITHOUT, moves.EFFECTS, form.SECTIONS, form.MISSING, form.GAPS, people.ROLES)
    nested = (*states.STATES.values(), *moves.MOVES.values(), *words.VOCABULARIES.values())
    assert [
        text for table in (*tables, *nested, grids.BASELINE, grids.CRITERIA) for text in eager(*table.values())
    ] == []


def test_a_text_in_one_language_is_noticed() -> None:
    assert eager(moves.EFFECTS[Effect.FREEZE_VERSION], words.Words("Lead municipality")) == ["Lead municipality"]
