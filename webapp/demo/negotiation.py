"""A draft contract under negotiation: two versions, a clause, an agreement to the text, and an open objection."""

from webapp.demo.contracts import agreement
from webapp.demo.stage import Stage
from webapp.documents import wordtext
from webapp.documents.wordtext import Article
from webapp.models.agreement import Agreement
from webapp.models.negotiation import ClauseEffect
from webapp.negotiation import use_cases as negotiation
from webapp.services.contract import versions

CLAUSE = (
    "For works above EUR 60,000.00 the Municipality may use the national standard documents for small works in place of"
    " the documents of the Programme, if it publishes the call for at least 30 Days."
)


def negotiate(stage: Stage, key: str, ago: int) -> None:
    """Comments on the first version, a clause that answers one of them, and the second version that prints it."""
    with stage.on(ago):
        row = agreement(stage, key)
        text = "Our procurement board works with the national standard documents. Can the contract allow them?"
        asked = negotiation.comment(row, _article(stage, row, "procurement"), text, False, stage.who("editor.rubavu"))
        number = asked.id
    with stage.on(ago - 2):
        row = agreement(stage, key)
        answer = "Yes. We propose a special clause; the finance officer looks at it."
        negotiation.reply(negotiation.comment_of(row, number), answer, stage.who("manager"))
        words = negotiation.Words(
            _article(stage, row, "procurement"), ClauseEffect.SUPPLEMENTS, "National standard documents", CLAUSE
        )
        clause = negotiation.propose(row, words, stage.who("manager")).id
    with stage.on(ago - 4):
        row = agreement(stage, key)
        proposed = negotiation.clause_of(row, clause)
        negotiation.approve(proposed, proposed.sha256, stage.who("finance"))


def object_to(stage: Stage, key: str, ago: int, article: str, text: str, who: str) -> None:
    """An objection to the newest version: the contract is not issued while it is open."""
    with stage.on(ago):
        row = agreement(stage, key)
        negotiation.comment(row, _article(stage, row, article), text, True, stage.who(who))


def agree(stage: Stage, key: str, ago: int, who: str) -> None:
    """A municipality agrees to the newest version."""
    with stage.on(ago):
        row = agreement(stage, key)
        file = row.documents[-1].file
        if file is None:
            raise LookupError(key)
        negotiation.agree(row, file.sha256, stage.who(who), stage.storage)


def _article(stage: Stage, row: Agreement, key: str) -> Article:
    found = wordtext.find(versions.read(row.documents[-1], stage.storage), key)
    if found is None:
        raise LookupError(key)
    return found
