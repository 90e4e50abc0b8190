"""A contract from a template that somebody uploaded: filled while nothing is locked, and then all is asked again."""

import io
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.documents import reading
from tests.documents.planting import planted
from tests.factories import agreements as make
from tests.factories.outside import Outside
from tests.factories.people import acting, grant, person, sign_in
from webapp.doctemplates import use_cases
from webapp.documents import catalogue, template_guard, wordtext
from webapp.documents.confined import Limits
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, Document, DocumentKind
from webapp.models.negotiation import ClauseEffect
from webapp.models.people import Person
from webapp.models.programme import Programme
from webapp.models.template import DocumentTemplate
from webapp.negotiation import use_cases as negotiation
from webapp.services import templates
from webapp.services.advance import advance
from webapp.services.contract import versions
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Role, State, Trigger

fill = templates.Order.fill
Watch = Callable[[templates.Order], None]


def variant(words: str) -> bytes:
    return planted(f"{words} {{{{ project }}}}", "{{ project }}", kind=catalogue.DocumentKind.MEMORANDUM)


class Draft:
    """A draft memorandum, a manager who writes, and a template of the programme's own in use."""

    def __init__(self, client: FlaskClient) -> None:
        with writing():
            self.file = make.approved()
            make.prepared(self.file)
            self.programme = self.file.application.call.plan.programme_id
            self.second = grant(person("Second manager"), Role.PROGRAMME_MANAGER, programme_id=self.programme).id
            self.manager, self.agreement = self.file.manager.id, self.file.agreement.id
        self.path = f"/applications/{self.file.application.id}/agreement"
        self.client = sign_in(client, self.file.manager)

    def put_into_use(self, words: str) -> int:
        """A template uploaded by the manager, previewed and put into use by the second one."""
        manager, second = (acting(db.session.get_one(Person, number)) for number in (self.manager, self.second))
        content = variant(words)
        examined = use_cases.Examined(template_guard.inspect(io.BytesIO(content), "ours.docx"), ())
        with writing():
            programme = db.session.get_one(Programme, self.programme)
            values = {"kind": DocumentKind.MEMORANDUM.value, "language": "en", "note": words}
            number = use_cases.upload(programme, values, examined, manager, storage()).id
            templates.keep_preview(number, templates.Preview(word=content), storage())
            advance(db.session.get_one(DocumentTemplate, number), Trigger.CONFIRM_PREVIEW, manager)
            use_cases.activate(db.session.get_one(DocumentTemplate, number), second)
        return number

    def write(self, watch: Watch) -> int:
        def watched(order: templates.Order, limits: Limits = templates.IN_A_REQUEST) -> bytes:
            watch(order)
            return fill(order, limits)

        with patch.object(templates.Order, "fill", watched):
            return self.client.post(f"{self.path}/write").status_code

    def change(self, capacity: str) -> None:
        """Somebody else's save while the template is being filled."""
        with writing():
            db.session.get_one(Agreement, self.agreement).parties[0].capacity = capacity

    @property
    def documents(self) -> list[Document]:
        db.session.rollback()
        known = select(Document).where(Document.agreement_id == self.agreement).order_by(Document.number)
        return list(db.session.scalars(known.execution_options(populate_existing=True)))


@pytest.fixture
def draft(app: Flask) -> Iterator[Draft]:
    with app.app_context():
        yield Draft(Outside(app, app.response_class))
        db.session.remove()


def said(document: Document) -> str:
    assert document.file is not None
    return reading.text(storage().read(document.file.sha256))


def test_nothing_is_locked_while_an_uploaded_template_is_filled(draft: Draft) -> None:
    number = draft.put_into_use("Our project")
    open_meanwhile: list[bool] = []
    assert draft.write(lambda _order: open_meanwhile.append(db.session().in_transaction())) == 303
    (document,) = draft.documents
    assert open_meanwhile == [False]
    assert document.template_id == number and "Our project" in said(document)


def test_a_template_that_was_replaced_meanwhile_is_not_written_from(draft: Draft) -> None:
    draft.put_into_use("Our project")
    later: list[int] = []

    def replaced(_order: templates.Order) -> None:
        if not later:
            later.append(draft.put_into_use("The newer words"))

    assert draft.write(replaced) == 303
    (document,) = draft.documents
    assert document.template_id == later[0] and "The newer words" in said(document)


def test_a_word_that_was_changed_meanwhile_stands_in_the_contract(draft: Draft) -> None:
    draft.put_into_use("Our project")
    changed: list[str] = []

    def reworded(_order: templates.Order) -> None:
        if not changed:
            changed.append("Steward of the purse")
            draft.change(changed[0])

    assert draft.write(reworded) == 303
    (document,) = draft.documents
    assert changed[0] in said(document)


def test_what_left_the_draft_meanwhile_is_refused(draft: Draft) -> None:
    draft.put_into_use("Our project")

    def voided(_order: templates.Order) -> None:
        with writing():
            db.session.get_one(Agreement, draft.agreement).state = State.VOIDED

    assert draft.write(voided) == 409
    assert draft.documents == []


def test_somebody_who_changes_it_again_and_again_is_a_conflict(draft: Draft) -> None:
    draft.put_into_use("Our project")
    turns: list[int] = []

    def reworded(_order: templates.Order) -> None:
        turns.append(1)
        draft.change(f"Capacity {len(turns)}")

    assert draft.write(reworded) == 409
    assert draft.documents == [] and len(turns) < 6


def test_a_template_that_cannot_be_filled_is_said_on_the_page(draft: Draft) -> None:
    draft.put_into_use("Our project")
    problem = Invalid("document", "The template is too slow.")
    with patch.object(templates.Order, "fill", side_effect=problem):
        answer = draft.client.post(f"{draft.path}/write")
    assert answer.status_code == 422 and problem.message in answer.text
    assert draft.documents == []


def test_a_clause_about_an_article_needs_two_fillings_and_no_lock(draft: Draft) -> None:
    """The first says how the articles are numbered, the second is kept."""
    draft.put_into_use("Our project")
    assert draft.write(lambda _order: None) == 303
    article = wordtext.find(versions.read(draft.documents[-1], storage()), "costs")
    assert article is not None
    with writing():
        words = negotiation.Words(article, ClauseEffect.SUPPLEMENTS, "Paid in two parts", "In March and in May.")
        negotiation.propose(draft.file.agreement, words, draft.file.as_manager())
    open_meanwhile: list[bool] = []
    assert draft.write(lambda _order: open_meanwhile.append(db.session().in_transaction())) == 303
    assert open_meanwhile and not any(open_meanwhile)
    assert "In March and in May." in said(draft.documents[-1])
