"""How special clauses stand in the contract: in the one box that may deviate from the articles, named and numbered.

A clause that is proposed is printed like an approved one, so that both sides negotiate the whole text and an approval
changes no byte; that it is approved is asked when the contract is issued.
"""

from collections.abc import Sequence

from webapp.documents import wordtext
from webapp.documents.plain import sentence
from webapp.models.agreement import Agreement
from webapp.models.negotiation import ClauseEffect, SpecialClause

_HOW = {ClauseEffect.SUPPLEMENTS: "in addition to", ClauseEffect.REPLACES: "in place of"}


def live(agreement: Agreement) -> Sequence[SpecialClause]:
    """Those that stand in the contract, proposed or approved, in their order."""
    return [clause for clause in agreement.clauses if clause.is_live]


def printed(agreement: Agreement) -> tuple[str, ...]:
    """Each as one text of the box."""
    return tuple(_printed(clause) for clause in live(agreement))


def _printed(clause: SpecialClause) -> str:
    aim = f", {_HOW[clause.effect]} {clause.article_label}" if clause.article else ""
    title = f"{sentence(clause.title)} " if clause.title else ""
    return f"Special clause {clause.number}{aim}: {title}{clause.text}"


def aim(agreement: Agreement, content: bytes) -> Sequence[SpecialClause]:
    """Name each clause's article as this text numbers it; gives the clauses whose article it does not have."""
    known = {article.key: article.reference for article in wordtext.articles(content)}
    named = [clause for clause in live(agreement) if clause.article]
    for clause in named:
        clause.article_label = known.get(clause.article, clause.article_label)
    return [clause for clause in named if clause.article not in known]
