"""Every text of the interface stands in every catalogue, whole and sound; each check is shown to notice its fault."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "webapp" / "translations").glob("*/LC_MESSAGES/messages.po"))
LANGUAGES = [path.parents[1].name for path in CATALOGUES]
MEND = "run `make messages`, translate what is missing in webapp/translations, and commit both catalogues"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}|\{\{|\}\}|\{%+|%+\}")
TAG = re.compile(r"</?[a-z][^>]*>")
NO_SPACE_BEFORE = re.compile(r"[ \w)»”’][;!?]|[ \w)»”’%]:(?!\d|//|\w)| »|« |«\S|\S»|“|”")
SPACES = "\u00a0\u202f"
Check = Callable[[Catalog], list[str]]


@cache
def texts_of_today() -> frozenset[tuple[str, ...]]:
    """Every text in code and templates, with its plural."""
    with (ROOT / ".babel.cfg").open() as settings:
        methods, options = parse_mapping_cfg(settings)
    keywords = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
    found = extract_from_dir(ROOT / "webapp", _inside(methods), _inside_keys(options), keywords)
    return frozenset(_forms(text) for _file, _line, text, _comments, _context in found)


def _inside(methods: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(pattern.removeprefix("webapp/"), method) for pattern, method in methods]


def _inside_keys(options: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {pattern.removeprefix("webapp/"): values for pattern, values in options.items()}


def _forms(text: str | Iterable[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@cache
def catalogue(path: Path) -> Catalog:
    return _read(path)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, abort_invalid=True)


def _messages(of: Catalog) -> Iterator[Message]:
    return (message for message in of if message.id)


def _pairs(of: Catalog) -> Iterator[tuple[str, str]]:
    """Each translation beside the form of the English that it stands for."""
    for message in _messages(of):
        yield from zip(_forms(message.id), _forms(message.string), strict=False)


def missing(of: Catalog) -> list[str]:
    return sorted(text[0] for text in texts_of_today() - {_forms(message.id) for message in _messages(of)})


def stale(of: Catalog) -> list[str]:
    return sorted(text[0] for text in {_forms(message.id) for message in _messages(of)} - texts_of_today())


def empty(of: Catalog) -> list[str]:
    return [english for english, said in _pairs(of) if not said.strip()]


def fuzzy(of: Catalog) -> list[str]:
    return [str(message.id) for message in _messages(of) if message.fuzzy]


def plurals(of: Catalog) -> list[str]:
    return [
        str(message.id)
        for message in _messages(of)
        if len(_forms(message.string)) != (of.num_plurals if message.pluralizable else 1)
    ]


def placeholders(of: Catalog) -> list[str]:
    """A name may be said twice in another language, never left out or made up."""
    return [
        f"{english} → {said}"
        for english, said in _pairs(of)
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(said))
    ]


def tags(of: Catalog) -> list[str]:
    return [f"{e} → {s}" for e, s in _pairs(of) if Counter(TAG.findall(e)) != Counter(TAG.findall(s))]


def ends(of: Catalog) -> list[str]:
    """A sentence ends as one; a word that stands inside a sentence has no full stop; spaces at the edges stay."""
    return [
        f"{e} → {s}"
        for e, s in _pairs(of)
        if (_end(e) != _end(s) and e != "No.") or (e[:1] == " ") != (s[:1] == " ") or (e[-1:] == " ") != (s[-1:] == " ")
    ]


def _end(text: str) -> str:
    last = text.rstrip(f'”’"»{SPACES} ')[-1:]
    return last if last in ".?!:" else ""


def french_spaces(of: Catalog) -> list[str]:
    """No-break spaces before ; : ! ? and inside « », which French quotes with."""
    if str(of.locale) != "fr":
        return []
    return [said for _english, said in _pairs(of) if _careless(said)]


def _careless(said: str) -> bool:
    bare = PLACEHOLDER.sub("x", said)
    wrong = (found.group() for found in NO_SPACE_BEFORE.finditer(bare))
    return any(not set(found) & set(SPACES) for found in wrong)


CHECKS: list[Check] = [missing, stale, empty, fuzzy, plurals, placeholders, tags, ends, french_spaces]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", CATALOGUES, ids=LANGUAGES)
def test_the_catalogue_is_in_order(path: Path, check: Check) -> None:
    found = check(catalogue(path))
    assert not found, f"{MEND}:\n" + "\n".join(found)


def test_there_are_catalogues_and_texts() -> None:
    assert {"fr", "nl"} <= set(LANGUAGES)
    assert len(texts_of_today()) > 3000


ONE, MANY = "%(num)d day", "%(num)d days"
FAULTS: list[tuple[Check, str | tuple[str, str], str | tuple[str, ...]]] = [
    (stale, "A text of yesterday", "Un texte d’hier"),
    (empty, "Save", ""),
    (empty, (ONE, MANY), ("%(num)d jour", "")),
    (plurals, (ONE, MANY), ("%(num)d jour",)),
    (placeholders, "Until %(day)s", "Jusqu’au"),
    (placeholders, "Until %(day)s", "Jusqu’au %(jour)s"),
    (placeholders, "80%% paid", "80 payés"),
    (placeholders, "{n} characters left", "n caractères restants"),
    (tags, "Read <b>this</b>", "Lisez <b>ceci"),
    (ends, "Choose a day.", "Choisissez un jour"),
    (ends, "approved", "approuvé."),
    (ends, "Added: ", "Ajouté"),
    (french_spaces, "Why?", "Pourquoi ?"),
    (french_spaces, "Why?", "Pourquoi?"),
    (french_spaces, "Name: %(name)s", "Nom : %(name)s"),
    (french_spaces, "Name: %(name)s", "Nom: %(name)s"),
    (french_spaces, "A “word”", "Un « mot »"),
    (french_spaces, "A “word”", "Un “mot”"),
]


@pytest.mark.parametrize(("check", "text", "said"), FAULTS, ids=[f"{c.__name__}-{s}" for c, _t, s in FAULTS])
def test_a_fault_is_noticed(check: Check, text: str | tuple[str, str], said: str | tuple[str, ...]) -> None:
    sick = Catalog(locale="fr")
    sick.add(text, said)
    assert len(check(sick)) == 1


def test_a_text_without_a_translation_is_noticed() -> None:
    assert "Save" in missing(Catalog(locale="nl"))


def test_a_guess_is_noticed() -> None:
    guessed = Catalog(locale="nl")
    guessed.add("Save", "Bewaren", flags=("fuzzy",))
    assert fuzzy(guessed) == ["Save"]


@pytest.mark.parametrize("said", ["À 12:30 : oui", "https://a.b", "« Oui », dit-il ; non !", "%(a)s : %(b)s"])
def test_good_french_passes(said: str) -> None:
    fine = Catalog(locale="fr")
    fine.add(
        "x",
        said.replace(" :", "\u00a0:")
        .replace(" ;", "\u202f;")
        .replace(" !", "\u202f!")
        .replace("« ", "«\u00a0")
        .replace(" »", "\u00a0»"),
    )
    assert french_spaces(fine) == []


# --- texts that are made once, when a module is read, must wait for their reader -------------------------------------


def eager(source: str) -> list[int]:
    """Lines that ask for a translation while the module is read: everybody would get the language of that moment."""
    tree = ast.parse(source)
    asks = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "flask_babel"
        for alias in node.names
        if alias.name in ("gettext", "ngettext", "pgettext")
    }
    return [
        node.lineno
        for node in _at_import(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in asks
    ]


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inside = [
                *getattr(child, "decorator_list", ()),
                *child.args.defaults,
                *filter(None, child.args.kw_defaults),
            ]
        else:
            inside = [child]
        for part in inside:
            yield part
            yield from _at_import(part)


def test_no_text_is_translated_while_a_module_is_read() -> None:
    files = sorted((ROOT / "webapp").rglob("*.py"))
    assert [f"{file}:{line}" for file in files for line in eager(file.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    ['SAVE = _("Save")', "class A:\n    label = _('Save')", "def f(text=_('Save')):\n    return text"],
    ids=["constant", "class", "default"],
)
def test_a_hasty_translation_is_noticed(line: str) -> None:
    assert len(eager(f"from flask_babel import gettext as _\n{line}\n")) == 1
    assert eager(f"from flask_babel import lazy_gettext as _\n{line}\n") == []
    assert eager("from flask_babel import gettext as _\ndef f():\n    return _('Save')\n") == []
