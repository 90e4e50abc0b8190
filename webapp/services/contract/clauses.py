"""How special clauses stand in the contract: in the one box that may deviate from the articles, named and numbered.

A clause that is proposed is printed like an approved one, so that both sides negotiate the whole text and an approval
changes no byte; that it is approved is asked when the contract is issued.
"""

import re
from collections.abc import Sequence

from webapp.documents import wordtext
from webapp.documents.language import Language
from webapp.documents.plain import sentence
from webapp.models.agreement import Agreement
from webapp.models.negotiation import ClauseEffect, SpecialClause

_HOW = {ClauseEffect.SUPPLEMENTS: "in addition to {article}", ClauseEffect.REPLACES: "in place of {article}"}
_SECTION = re.compile(r"section (\d+) ")


def live(agreement: Agreement) -> Sequence[SpecialClause]:
    """Those that stand in the contract, proposed or approved, in their order."""
    return [clause for clause in agreement.clauses if clause.is_live]


def printed(agreement: Agreement, said: Language) -> tuple[str, ...]:
    """Each as one text of the box; title and text stay in the language of whoever wrote them."""
    return tuple(_printed(clause, said) for clause in live(agreement))


def _printed(clause: SpecialClause, said: Language) -> str:
    name = said.phrase("Special clause {number}", number=str(clause.number))
    aim = f", {said.phrase(_HOW[clause.effect], article=_named(clause, said))}" if clause.article else ""
    title = f"{sentence(clause.title)} " if clause.title else ""
    return f"{name}{aim}: {title}{clause.text}"


def _named(clause: SpecialClause, said: Language) -> str:
    """ "section 6 (Costs)" as the language calls it; an article of the contract is named as its own text numbers it."""
    counted = _SECTION.match(clause.article_label)
    if counted is None:
        return clause.article_label
    return f"{said.phrase('section {number}', number=counted[1])} {clause.article_label[counted.end() :]}"


def aim(agreement: Agreement, content: bytes) -> Sequence[SpecialClause]:
    """Name each clause's article as this text numbers it; gives the clauses whose article it does not have."""
    known = {article.key: article.reference for article in wordtext.articles(content)}
    named = [clause for clause in live(agreement) if clause.article]
    for clause in named:
        clause.article_label = known.get(clause.article, clause.article_label)
    return [clause for clause in named if clause.article not in known]
