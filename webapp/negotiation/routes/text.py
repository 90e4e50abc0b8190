"""Reading: a version's text with the comments at its side, and what changed between two versions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, url_for

from webapp import policy
from webapp.auth.access import actor, signed_in
from webapp.documents.wordtext import Article
from webapp.errors import NotFound
from webapp.models.agreement import Agreement, Document
from webapp.models.application import Application
from webapp.models.negotiation import SpecialClause
from webapp.negotiation import queries
from webapp.negotiation.routes import shared
from webapp.negotiation.routes.shared import Answer, blueprint
from webapp.policy import Action, Principal
from webapp.services import scope
from webapp.services.contract import clauses, comparing, versions
from webapp.services.contract.current import current
from workflows.vocabulary import Role, State

OPEN = (State.DRAFT, State.ISSUED)
LONGEST = 24_000  # characters of a contract on one page: light enough for a slow line, and to scroll on a phone


def parts_of(articles: Sequence[Article]) -> list[list[Article]]:
    """The articles in pages of about equal length; a short contract is one page."""
    total = sum(article.length for article in articles)
    pages = max(1, -(-total // LONGEST))
    found: list[list[Article]] = [[]]
    size = 0
    for article in articles:
        if found[-1] and size + article.length / 2 > total * len(found) / pages:
            found.append([])
        found[-1].append(article)
        size += article.length
    return found


@blueprint.get("/text")
@signed_in
def text(application_id: int) -> Answer:
    """One version as its stored file says it, article by article; the newest unless the address names another."""
    who = actor()
    application = scope.open_file(who, application_id, Action.VIEW_AGREEMENT)
    agreement = current(application)
    if agreement is None or not agreement.documents:
        return render_template("negotiation/none.html", **shared.frame(application, who))
    document = shared.version_of(agreement, shared.number_in("version"))
    found = shared.articles(document)
    parts = parts_of(found)
    part = shared.number_in("part") or 1
    if part > len(parts):
        raise NotFound(f"part {part}")
    threads = queries.threads(agreement)
    known = {article.key for article in found}
    is_newest = document.id == agreement.documents[-1].id
    return render_template(
        "negotiation/text.html",
        **shared.frame(application, who),
        **_around(application, agreement, document, who),
        articles=parts[part - 1],
        parts=parts,
        part=part,
        part_of={article.key: number for number, articles in enumerate(parts, 1) for article in articles},
        threads=threads,
        open=[thread for rows in threads.values() for thread in rows if thread.is_open] if is_newest else [],
        astray=[thread for key, rows in threads.items() if key not in known for thread in rows],
        clauses=_by_article(agreement) if is_newest else {},
    )


def _around(application: Application, agreement: Agreement, document: Document, who: Principal) -> dict[str, Any]:
    """What stands above a version: its place among the others, who stands behind it, what this reader can do."""
    room = scope.file_scope(application)
    is_newest = document.id == agreement.documents[-1].id
    drafting = agreement.state is State.DRAFT and is_newest and document.id != agreement.issued_document_id
    approvals = queries.approvals(agreement, document)
    checked = any(row.person_id == who.person_id for row in approvals.checked)
    mine = {p.organisation_id for p in approvals.open} & who.organisations(Role.APPLICANT_EDITOR, Role.SIGNATORY)
    may_check = drafting and document.created_by_id != who.person_id and not checked
    return {
        "agreement": agreement,
        "document": document,
        "is_newest": is_newest,
        "standing": versions.standing(agreement, document),
        "approvals": approvals,
        "comments_open": agreement.state in OPEN and policy.may(who, Action.COMMENT_ON_AGREEMENT, room),
        "may_check": may_check and policy.may(who, Action.CHECK_VERSION, room),
        "may_agree": drafting and bool(mine) and policy.may(who, Action.AGREE_TO_TEXT, room),
        "drafting": drafting,
    }


def _by_article(agreement: Agreement) -> Mapping[str, list[SpecialClause]]:
    """The special clauses that stand in the contract, by the article they are about."""
    found: dict[str, list[SpecialClause]] = defaultdict(list)
    for clause in clauses.live(agreement):
        found[clause.article].append(clause)
    return found


@blueprint.get("/difference")
@signed_in
def difference(application_id: int) -> Answer:
    """What changed between the stored files of two versions; the last two unless the address names others."""
    who = actor()
    application, agreement = shared.opened(application_id)
    if len(agreement.documents) < 2:
        return shared.to("text", application)
    end = shared.version_of(agreement, shared.number_in("to"))
    start = shared.number_in("from")
    before = shared.version_of(agreement, start if start is not None else max(end.number - 1, 1))
    if before.file is None or end.file is None:
        raise NotFound("file")
    return render_template(
        "negotiation/difference.html",
        **shared.frame(application, who),
        agreement=agreement,
        before=before,
        after=end,
        changes=comparing.between(shared.articles(before), shared.articles(end)),
        back=url_for("negotiation.text", application_id=application.id, version=end.number),
    )
