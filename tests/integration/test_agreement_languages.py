"""The manager chooses the language of an agreement; the document speaks it, and a missing translation stops it."""

import re

import pytest
from flask.testing import FlaskClient

from tests.documents import reading
from tests.factories import agreements as make
from tests.factories.people import sign_in
from webapp.agreements import changes, use_cases
from webapp.documents.language import ENGLISH
from webapp.errors import Invalid, Refused
from webapp.models.agreement import Document
from webapp.services.contract.contexts import is_current
from webapp.services.facts import agreement_gaps
from webapp.transaction import writing
from webapp.transfer import storage
from workflows.vocabulary import Instrument, Role

pytestmark = pytest.mark.usefixtures("inside")


def read(document: Document) -> str:
    assert document.file is not None
    return reading.text(storage().read(document.file.sha256))


def test_a_memorandum_in_each_language_and_what_changes_between_them() -> None:
    with writing():
        file = make.approved()
        agreement = make.prepared(file)
        manager = file.as_manager()
        texts = {}
        for code in ("nl", "en-fr"):
            use_cases.set_language(agreement, code, manager)
            document = use_cases.generate(agreement, manager, storage(), demonstration=False)
            assert (document.language, is_current(agreement, document)) == (code, True)
            texts[code] = read(document)
        assert agreement.language == ENGLISH and agreement.second_language == "fr"
        use_cases.set_language(agreement, "nl", manager)
        found = changes.since(agreement, document)
        current = is_current(agreement, document)
    assert not current and found is not None
    assert [change.after for change in found] == ["Dutch"]
    dutch, columns = texts["nl"], texts["en-fr"]
    for phrase in ("EUR 18.000,00 (achttienduizend euro)", "Het eindverslag is aanvaard", "het recht van Nederland",
                   "naar Rwanda", "de programmamanager", "12 januari 2026", "gesteld in het Nederlands"):  # fmt: skip
        assert phrase in dutch, phrase
    for phrase in ("EUR 18,000.00 (eighteen thousand euro)", "EUR 18\u00a0000,00 (dix-huit mille euros)",
                   "the text in English prevails", "le texte en anglais prévaut", "vers le Rwanda"):  # fmt: skip
        assert phrase in columns, phrase
    assert not re.search(r"\{\{|\{%|Every party has signed", dutch)


def test_a_missing_translation_stops_the_writing_in_words(client: FlaskClient) -> None:
    with writing():
        file = make.approved()
        agreement = make.prepared(file)
        manager = file.as_manager()
        use_cases.set_language(agreement, "nl", manager)
        assert agreement_gaps(agreement) == ()
        use_cases.choose_instrument(file.application, Instrument.INVESTMENT_CONTRACT, "Works may follow", manager)
        assert agreement_gaps(agreement) == ("translation:nl",)
        with pytest.raises(Refused) as refused:
            use_cases.generate(agreement, manager, storage(), demonstration=False)
        with pytest.raises(Invalid, match="Choose one of the languages"):
            use_cases.set_language(agreement, "en-nl", manager)
    assert refused.value.refusal.blockers[0].cleared_by == (Role.PROGRAMME_MANAGER,)
    sign_in(client, file.manager)
    path = f"/applications/{file.application.id}/agreement"
    page = client.get(path).text
    assert "This kind of agreement has no template yet in: Dutch." in page
    assert "agreement/write" not in page
    chooser = client.get(f"{path}/language").text
    assert "there is no template yet in Dutch or French" in chooser
    assert chooser.count('type="radio"') == 1
    assert client.post(f"{path}/language", data={"language": "nl"}).status_code == 422
    assert client.post(f"{path}/language", data={"language": "en"}).status_code == 303
    assert "has no template yet" not in client.get(path).text
