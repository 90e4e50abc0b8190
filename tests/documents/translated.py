"""The sample memorandum in every language: the values that the product writes are translated, the others stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webapp.documents import samples
from webapp.documents.contexts import MemorandumContext
from webapp.documents.language import ENGLISH, language
from webapp.documents.plain import TwoColumns

CODES = (ENGLISH, "nl", "fr")
COLUMNS = ("en-nl", "en-fr")
COUNTRY = {"Rwanda": "RW", "Netherlands": "NL"}


def memorandum(code: str, second: str = "", prevails: str = "", **changes: Any) -> MemorandumContext:
    """The sample in one language; `prevails` and `second` are the languages that its last clause names."""
    said, base = language(code), samples.memorandum(**changes)
    final = said.phrase("Final report")
    return replace(
        base,
        locale=code,
        language=said.name_of(prevails or code),
        second_language=said.name_of(second) if second else "",
        law=said.law_of("NL"),
        operator=_party(base.operator, code),
        parties=tuple(_party(party, code) for party in base.parties),
        outside_eea=tuple(said.in_country(COUNTRY[name]) for name in base.outside_eea),
        decided_by=said.listed([said.phrase("the programme manager"), said.phrase("a finance officer")]),
        transfer_tool=said.phrase("a binding administrative arrangement between the Parties"),
        reporting_channel=said.phrase("the contact of the Programme for notices ({email})", email="p@example.org"),
        credit_line=said.phrase("Supported by {programme}", programme=base.programme),
        sdgs=tuple(said.phrase("SDG {number} {goal}", number=n, goal=said.phrase(goal))
                   for n, goal in ((8, "Decent work and economic growth"), (17, "Partnerships for the goals"))),
        lines=tuple(replace(line, category=said.phrase({"Travel": "Travel and stay"}.get(
            line.category, "Training and meetings")), payer=said.phrase("Programme")) for line in base.lines),
        reports=tuple(replace(report, kind=final) for report in base.reports),
        tranches=(replace(base.tranches[0], condition=said.phrase("Every party has signed"), due=said.day(base.starts)),
                  replace(base.tranches[1], condition=said.phrase("The final report is accepted"), report=final,
                          due=said.day(base.reports[-1].due))))


def _party(party: Any, code: str) -> Any:
    said = language(code)
    return replace(party, role=said.phrase(party.role), country=said.country(COUNTRY[party.country]))


def document(code: str, **changes: Any) -> Any:
    """What is rendered for `nl` or `en-nl`."""
    first, dash, second = code.partition("-")
    if not dash:
        return memorandum(first, **changes)
    return TwoColumns(memorandum(first, second, first, **changes), memorandum(second, second, first, **changes))
