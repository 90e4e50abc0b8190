"""Applying, over HTTP: pages, refusals with what was typed, files through the guard, strangers, statements."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from html5lib import HTMLParser

from tests.factories import applications as a
from tests.support.odd import ODD_KEPT, ODD_SHOWN
from webapp import clock
from webapp.extensions import db
from webapp.models.application import Application, Attachment, Section
from webapp.services import content


@pytest.fixture
def rooms(app: Flask) -> a.Setting:
    with app.app_context():
        return a.setting()


def made(app: Flask, kind: Any, rooms: a.Setting, *more: Any) -> int:
    with app.app_context():
        number: int = kind(rooms, *more)
        return number


def revision(page: str) -> str:
    found = re.search(r'name="revision"[^>]*value="(\d+)"', page)
    assert found, page
    return found[1]


def strictly(page: str) -> None:
    HTMLParser(strict=True).parse(page)


# --- the way through ------------------------------------------------------------------------------------------------


def test_from_the_call_to_the_task_list(app: Flask, rooms: a.Setting) -> None:
    editor = a.enter(app, rooms, "editor")
    assert "Call 2026" in editor.get("/applications/start").text
    address = f"/applications/start?call={rooms.call}"
    assert "Rubavu" in editor.get(address).text
    answer = editor.post(address, data={"lead_id": rooms.lead, "partner_1": rooms.partner, "title": ODD_KEPT})
    assert answer.status_code == 303, answer.text
    page = editor.get(answer.location).text
    strictly(page)
    assert ODD_SHOWN in page
    assert page.count("To do") == len(Section)


def test_a_start_without_partner_keeps_what_was_typed(app: Flask, rooms: a.Setting) -> None:
    editor = a.enter(app, rooms, "editor")
    page = editor.post(f"/applications/start?call={rooms.call}", data={"lead_id": rooms.lead, "title": ODD_KEPT})
    assert page.status_code == 422
    assert "Choose at least one partner." in page.text
    assert f'value="{ODD_SHOWN}"' in page.text


@pytest.mark.parametrize("call", ["999999", "x", "²", "", "9" * 40])
def test_a_call_that_is_not_open_cannot_be_posted(app: Flask, rooms: a.Setting, call: str) -> None:
    editor = a.enter(app, rooms, "editor")
    assert editor.post(f"/applications/start?call={call}", data={}).status_code == 404
    assert editor.get(f"/applications/start?call={call}").status_code == 200


def test_every_page_is_strict_html_and_needs_ten_statements_at_most(app: Flask, rooms: a.Setting) -> None:
    number, asked = made(app, a.complete, rooms), made(app, a.clarifying, rooms, Section.BUDGET)
    client = a.enter(app, rooms, "signatory")
    sections = [f"/applications/{n}/form/{section.value}" for n in (number, asked) for section in Section]
    pages = [
        "/applications", f"/applications/{number}/form", f"/applications/{asked}/form",
        f"/applications/{number}/sign-off", f"/applications/{number}/read", f"/applications/{asked}/read?version=1",
        f"/applications/{asked}/difference", f"/applications/{asked}/answer", "/applications/start",
        f"/applications/start?call={rooms.call}", f"/applications/{number}/form/budget/files", *sections,
    ]  # fmt: skip
    for address in pages:
        with a.statements() as seen:
            page = client.get(address)
        assert page.status_code == 200, address
        strictly(page.text)
        assert len(seen) <= 10, (address, len(seen), "\n".join(seen))


# --- saving ---------------------------------------------------------------------------------------------------------


def test_save_and_next_leads_on(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    editor = a.enter(app, rooms, "editor")
    address = f"/applications/{number}/form/problem"
    data = {"revision": revision(editor.get(address).text), "problem": ODD_KEPT, "next": "1"}
    answer = editor.post(address, data=data)
    assert (answer.status_code, answer.location) == (303, f"/applications/{number}/form/objectives")
    assert f">{ODD_SHOWN}</textarea>" in re.sub(r">\s+", ">", editor.get(address).text)


def budget(rooms: a.Setting, revision: str, **changed: str) -> dict[str, str]:
    plain = {
        "title": "Visits",
        "category": "travel",
        "requested": "18000",
        "own_share": "",
        "payer_id": "",
        "payee_id": "",
    }
    return {"revision": revision, **{f"lines-0-{key}": value for key, value in (plain | changed).items()}}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("-1", "cannot be negative"),
        ("0.005", "at most two decimal places"),
        ("1e9", "in figures"),
        ("NaN", "in figures"),
        ("1.234", "two ways"),
        ("9999999999", "too large"),
    ],
)
def test_an_amount_that_cannot_be_is_told_at_the_field(app: Flask, rooms: a.Setting, amount: str, words: str) -> None:
    number = made(app, a.draft, rooms)
    editor = a.enter(app, rooms, "editor")
    address = f"/applications/{number}/form/budget"
    page = editor.post(address, data=budget(rooms, "1", requested=amount, title=ODD_KEPT))
    assert page.status_code == 422
    strictly(page.text)
    assert 'href="#lines-0-requested"' in page.text
    assert words in page.text
    assert f'value="{amount}"' in page.text
    assert f'value="{ODD_SHOWN}"' in page.text


def test_an_added_line_keeps_what_is_typed_and_saves_nothing(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    editor = a.enter(app, rooms, "editor")
    address = f"/applications/{number}/form/budget"
    page = editor.post(address, data=budget(rooms, "1", requested="nonsense", title=ODD_KEPT) | {"add": "1"})
    assert page.status_code == 200
    strictly(page.text)
    assert 'name="lines-1-title"' in page.text
    assert 'value="nonsense"' in page.text
    assert f'value="{ODD_SHOWN}"' in page.text
    with app.app_context():
        assert db.session.get_one(Application, number).budget == []


def test_a_line_is_taken_out_by_its_box_and_totals_stand_below(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.complete, rooms)
    editor = a.enter(app, rooms, "editor")
    address = f"/applications/{number}/form/budget"
    page = editor.get(address).text
    assert "EUR 32,000.00 below the highest amount" in page
    second = {f"lines-1-{key}": value for key, value in
              {"title": "Training", "category": "training", "requested": "4000.50", "remove": ""}.items()}  # fmt: skip
    data = budget(rooms, revision(page)) | second | {"lines-0-remove": "y"}
    assert editor.post(address, data=data).status_code == 303
    assert "EUR 999.50 below the lowest amount" in editor.get(address).text
    with app.app_context():
        assert [line.title for line in db.session.get_one(Application, number).budget] == ["Training"]


def test_two_people_typing_both_keep_their_words(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    editor, mayor = a.enter(app, rooms, "editor"), a.enter(app, rooms, "signatory")
    address = f"/applications/{number}/form/problem"
    seen = revision(editor.get(address).text)
    assert mayor.post(address, data={"revision": seen, "problem": "stored by the mayor"}).status_code == 303
    page = editor.post(address, data={"revision": seen, "problem": f"mine {ODD_KEPT}"})
    assert page.status_code == 409
    strictly(page.text)
    assert "Somebody else saved this section" in page.text
    assert "stored by the mayor" in page.text
    assert f"mine {ODD_SHOWN}" in page.text
    assert "Mayor" in page.text
    again = editor.post(address, data={"revision": revision(page.text), "problem": "both"})
    assert again.status_code == 303
    with app.app_context():
        saved = content.answers(db.session.get_one(Application, number), Section.PROBLEM)
    assert saved["problem"] == "both"


@pytest.mark.parametrize(
    "data",
    [
        {"revision": "²"}, {"revision": "9" * 50}, {"revision": "x"}, {}, {"lines-²-title": "x"},
        {"lines-99999-title": "x"},
        {"lines-0-category": "bribe", "revision": "1"}, {"lines-0-payer_id": "x" * 5000}, {"lines-": "x"},
        {"lines-0-title": "\x00\x1b", "lines-0-requested": "\x00"},
    ],
)  # fmt: skip
def test_odd_input_is_answered_not_broken(app: Flask, rooms: a.Setting, data: dict[str, str]) -> None:
    number = made(app, a.draft, rooms)
    editor = a.enter(app, rooms, "editor")
    assert editor.post(f"/applications/{number}/form/budget", data=data).status_code in (303, 409, 422)


@pytest.mark.parametrize("day", ["31-12-2027", "2027-02-30", "0001-01-01", "99999-01-01", "<b>"])
def test_a_day_that_cannot_be(app: Flask, rooms: a.Setting, day: str) -> None:
    number = made(app, a.draft, rooms)
    editor = a.enter(app, rooms, "editor")
    page = editor.post(f"/applications/{number}/form/parties", data={"revision": "1", "starts_on": day})
    assert page.status_code == 422
    assert 'href="#starts_on"' in page.text


def test_a_closed_section_can_be_read_and_not_be_written(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.clarifying, rooms, Section.BUDGET)
    editor = a.enter(app, rooms, "editor")
    locked, open_one = f"/applications/{number}/form/problem", f"/applications/{number}/form/budget"
    assert "<textarea" not in editor.get(locked).text
    assert "Few guests." in editor.get(locked).text
    assert editor.post(locked, data={"revision": "2", "problem": "sneaked"}).status_code == 403
    assert editor.post(f"{locked}/files", data={}).status_code == 403
    assert "Where is the land title?" in editor.get(open_one).text


# --- reasons and sign-off -------------------------------------------------------------------------------------------


def test_every_reason_stands_with_a_link_to_its_field(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    page = a.enter(app, rooms, "signatory").get(f"/applications/{number}/form").text
    for place in ("parties#starts_on", "fit#theme_id", "problem#approach", "objectives#objectives-0-title",
                  "budget#lines-0-title", "risks#risks-5-likelihood", "declarations#truth"):  # fmt: skip
        assert f"/form/{place}" in page
    assert "Not every partner has signed off" in page
    assert "Submit application</a>" not in page


def test_every_link_leads_to_a_field_that_exists(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    editor = a.enter(app, rooms, "editor")
    page = editor.get(f"/applications/{number}/form").text
    links = set(re.findall(rf'href="(/applications/{number}/form/\w+)#([\w-]+)"', page))
    assert len(links) > 15
    for address, anchor in links:
        assert f'id="{anchor}"' in editor.get(address).text, (address, anchor)


def test_sign_off_by_both_opens_the_way(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.complete, rooms)
    address = f"/applications/{number}/sign-off"
    for name in ("signatory", "partner_signatory"):
        client = a.enter(app, rooms, name)
        seen = re.search(r'name="seen" value="(\w{64})"', client.get(address).text)
        assert seen
        assert client.post(address, data={"seen": seen[1]}).status_code == 422
        assert client.post(address, data={"seen": seen[1], "agreed": "y"}).status_code == 303
    page = a.enter(app, rooms, "signatory").get(f"/applications/{number}/form").text
    assert f"/move/application/{number}/submit" in page
    assert page.count("Signed off</span>") == 2


def test_sign_off_of_what_was_not_seen_shows_it_again(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.complete, rooms)
    client = a.enter(app, rooms, "signatory")
    page = client.post(f"/applications/{number}/sign-off", data={"seen": "0" * 64, "agreed": "y"})
    assert page.status_code == 409
    assert "changed while you were reading" in page.text


def test_a_change_after_sign_off_is_told(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.signed_off, rooms)
    editor = a.enter(app, rooms, "editor")
    address = f"/applications/{number}/form/learning"
    data = {"revision": revision(editor.get(address).text), "lead_learns": "New"}
    assert "must sign off again" in editor.post(address, data=data, follow_redirects=True).text
    assert "The sign-off no longer counts" in editor.get(f"/applications/{number}/form").text


# --- files ----------------------------------------------------------------------------------------------------------


def upload(client: FlaskClient, number: int, body: bytes, name: str, title: str = "") -> Any:
    data = {"file": (io.BytesIO(body), name), "title": title}
    return client.post(f"/applications/{number}/form/declarations/files", data=data)


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 200_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (b"", "empty.pdf", "is empty"),
        (b"MZ\x90\x00\x03", "tool.exe", "not accepted"),
        (b"<svg onload=alert(1)>", "logo.svg", "not accepted"),
        (b"%PDF-1.7\n%%EOF", "photo.png", "content is something else"),
        (b"%PDF-1.7\n/OpenAction /JavaScript\n%%EOF", "active.pdf", "macros, scripts"),
        (b"bomb", "bomb.docx", "unpacks to far more"),
    ],
)
def test_the_guard_speaks_at_the_field(app: Flask, rooms: a.Setting, body: bytes, name: str, words: str) -> None:
    number = made(app, a.draft, rooms)
    page = upload(a.enter(app, rooms, "editor"), number, bomb() if body == b"bomb" else body, name, ODD_KEPT)
    assert page.status_code == 422
    assert words in page.text
    assert ODD_SHOWN in page.text
    with app.app_context():
        assert db.session.query(Attachment).count() == 0


def test_no_file_chosen(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    page = a.enter(app, rooms, "editor").post(f"/applications/{number}/form/fit/files", data={"title": "x"})
    assert (page.status_code, "Choose a file." in page.text) == (422, True)


def test_a_file_is_added_read_and_taken_out(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.signed_off, rooms)
    editor, mayor = a.enter(app, rooms, "editor"), a.enter(app, rooms, "partner_signatory")
    assert upload(editor, number, b"%PDF-1.7\nland\n%%EOF", "land’s title.pdf", ODD_KEPT).status_code == 303
    page = editor.get(f"/applications/{number}/form/declarations")
    strictly(page.text)
    assert ODD_SHOWN in page.text
    with app.app_context():
        attachment = db.session.query(Attachment).one().id
        assert all(p.signed_off_sha256 is None for p in db.session.get_one(Application, number).parties)
    answer = mayor.get(f"/attachments/{attachment}")
    assert (answer.status_code, answer.data) == (200, b"%PDF-1.7\nland\n%%EOF")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert a.enter(app, rooms, "stranger").get(f"/attachments/{attachment}").status_code == 404
    assert a.enter(app, rooms, "stranger").post(f"/attachments/{attachment}/remove").status_code == 404
    assert editor.post(f"/attachments/{attachment}/remove").status_code == 303
    assert ODD_SHOWN not in editor.get(f"/applications/{number}/form/declarations").text
    with app.app_context():
        assert db.session.query(Attachment).one().removed_at is not None


def test_a_file_of_what_was_sent_stays(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    editor = a.enter(app, rooms, "editor")
    upload(editor, number, b"plain words", "note.txt")
    with app.app_context():
        attachment = db.session.query(Attachment).one().id
    other = made(app, a.submitted, rooms)
    with app.app_context():
        db.session.get_one(Attachment, attachment).application_id = other
        db.session.commit()
    assert editor.post(f"/attachments/{attachment}/remove").status_code == 403


# --- strangers ------------------------------------------------------------------------------------------------------


def test_foreign_and_unknown_read_the_same(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.complete, rooms)
    stranger, manager = a.enter(app, rooms, "stranger"), a.enter(app, rooms, "manager")
    rest = ("/form", "/form/budget", "/form/budget/files", "/sign-off", "/read", "/difference", "/clarify", "/answer")
    for path in rest:
        for who in (stranger, manager):  # a draft is its parties' alone
            foreign, unknown = who.get(f"/applications/{number}{path}"), who.get(f"/applications/999999{path}")
            assert (foreign.status_code, unknown.status_code) == (404, 404), path
    for path in ("/form/budget", "/form/budget/files", "/sign-off", "/clarify", "/answer"):
        assert stranger.post(f"/applications/{number}{path}", data={}).status_code == 404
    assert stranger.get("/attachments/999999").status_code == 404
    assert a.enter(app, rooms, "editor").get(f"/applications/{number}/form/nowhere").status_code == 404


def test_nobody_enters_unsigned(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.draft, rooms)
    for path in (
        "/applications",
        "/applications/start",
        f"/applications/{number}/form",
        f"/applications/{number}/read",
    ):
        answer = app.test_client().get(path)
        assert (answer.status_code // 100, "/sign-in" in answer.location) == (3, True)


# --- question and answer --------------------------------------------------------------------------------------------


def test_a_question_and_its_answer_in_the_browser(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.submitted, rooms)
    manager, editor = a.enter(app, rooms, "manager"), a.enter(app, rooms, "editor")
    assert manager.post(f"/move/application/{number}/start_eligibility", data={"request_id": "1"}).status_code == 303
    address = f"/applications/{number}/clarify"
    wrong = manager.post(address, data={"question": ODD_KEPT, "due_on": "2020-01-01", "sections": ["budget"]})
    assert (wrong.status_code, ODD_SHOWN in wrong.text) == (422, True)
    assert manager.post(address, data={"question": ODD_KEPT, "sections": ["nowhere"]}).status_code == 422
    due_on = (clock.today() + timedelta(days=5)).isoformat()
    sent = manager.post(address, data={"question": ODD_KEPT, "due_on": due_on, "sections": ["budget", "fit"]})
    assert sent.status_code == 303, sent.text
    page = editor.get(f"/applications/{number}/answer").text
    assert ODD_SHOWN in page
    assert re.search(r"due in \d days", page), "the last day is a working day of both partners"
    assert "B. Fit with the country plan" in page
    assert editor.post(f"/applications/{number}/answer", data={"answer": " "}).status_code == 422
    assert editor.post(f"/applications/{number}/answer", data={"answer": ODD_KEPT}).status_code == 303
    assert manager.post(f"/applications/{number}/answer", data={"answer": ODD_KEPT}).status_code == 403


def test_the_difference_says_old_and_new(app: Flask, rooms: a.Setting) -> None:
    number = made(app, a.clarifying, rooms, Section.FIT, Section.BUDGET)
    editor = a.enter(app, rooms, "editor")
    fit = f"/applications/{number}/form/fit"
    data = {"revision": revision(editor.get(fit).text), "theme_id": str(rooms.theme), "sdg_goal": "8",
            "plan_fit": "It helps much.", "national_policy": "NST2"}  # fmt: skip
    assert editor.post(fit, data=data).status_code == 303
    address = f"/applications/{number}/form/budget"
    page = editor.get(address).text
    changed = budget(rooms, revision(page), requested="17000", own_share="2000", payer_id=str(rooms.lead),
                     payee_id=str(rooms.partner)) | {f"lines-1-{key}": value for key, value in
                     {"title": "Land survey", "category": "expertise", "requested": "900"}.items()}  # fmt: skip
    assert editor.post(address, data=changed).status_code == 303
    page = a.enter(app, rooms, "manager").get(f"/applications/{number}/difference").text
    strictly(page)
    plain = re.sub(r"\s+", " ", re.sub(r"<span class=\"govuk-visually-hidden\">[^<]*</span>", "", page))
    assert "It <del>helps.</del> <ins>helps much.</ins>" in plain
    assert "<del>18,000.00</del> <ins>17,000.00</ins>" in plain
    assert "<ins>Land survey</ins>" in plain
    assert "Problem and approach</h" not in plain


@pytest.mark.parametrize("version", ["9", "x", "²", "-1", "9" * 30])
def test_a_version_that_does_not_exist(app: Flask, rooms: a.Setting, version: str) -> None:
    number = made(app, a.submitted, rooms)
    client = a.enter(app, rooms, "manager")
    assert client.get(f"/applications/{number}/read?version={version}").status_code == 404
    assert client.get(f"/applications/{number}/difference?from={version}").status_code == 404
