"""The verbs of a negotiation: each takes its actor, asks the policy, changes, records, tells."""

from webapp.negotiation.use_cases.approving import agree, check
from webapp.negotiation.use_cases.clauses import Words, approve, change, clause_of, propose, reject, withdraw
from webapp.negotiation.use_cases.commenting import (
    article_of,
    comment,
    comment_of,
    may_settle,
    reopen,
    reply,
    resolve,
)

__all__ = [
    "Words",
    "agree",
    "approve",
    "article_of",
    "change",
    "check",
    "clause_of",
    "comment",
    "comment_of",
    "may_settle",
    "propose",
    "reject",
    "reopen",
    "reply",
    "resolve",
    "withdraw",
]
