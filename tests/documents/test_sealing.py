"""The seal, the evidence and the reading of unknown files, without a database [documents.md, checks 9 and 10]."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from asn1crypto import tsp, x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import CertificateBuilder, Name, NameAttribute, load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from flask import Flask
from flask_babel import Babel
from pyhanko.pdf_utils.generic import NameObject, TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.support import programs
from webapp.documents import checkup, evidence, qr, renderer, samples, seal_key, sealing, timestamps
from webapp.documents.checkup import Limits
from webapp.documents.package import pack, unpack
from webapp.documents.seal_key import SealKey, SealKeyError
from webapp.documents.sealing import Field

ADDRESS = "https://jumelage.example/verify/abcdefghijklmnopqrstuv"
WORD = renderer.render("memorandum", samples.memorandum())
NAMES = ("Mayor O’Neill, Rubavu", "Burgemeester Çağdaş Müller, Rheden", "Director 🏛")


def signed(name: str) -> evidence.Signed:
    return evidence.Signed(
        party=f"Party of {name}", place="Rwanda", person=name, capacity="Mayor", mandate="Decision 12, 2026-01-02",
        at=datetime(2026, 3, 1, 14, 5, 6, tzinfo=UTC), zone="Africa/Kigali", level="Click to sign",
        identified="Password typed again", consent="I sign this document.", consent_version="2026-1", language="en",
        address="203.0.113.9", user_agent="Browser/1", sha256="ab" * 32)


def sample() -> evidence.Evidence:
    return evidence.Evidence(
        reference="JUM-1/M1-v1", kind="Memorandum", project="Visitors", language="en", demonstration=True,
        made=datetime(2026, 3, 1, 15, tzinfo=UTC), in_force="1 March 2026", operator="Programme office",
        parties=tuple(f"Party of {name}" for name in NAMES), signatures=tuple(signed(name) for name in NAMES),
        files=(evidence.Kept(what="Word file", name="JUM-1-M1-v1.docx", sha256="cd" * 32),), template="Memorandum, en",
        template_sha256="ef" * 32, context_sha256="12" * 32, certificate="Seal", timestamp="None", address=ADDRESS,
        chain=tuple(evidence.Link(sequence=n, at=datetime(2026, 3, 1, n, tzinfo=UTC), what="signed", by="Signatory",
                                  hash=f"{n:02d}" * 32) for n in range(1, 20)), word=WORD)


@pytest.fixture(scope="module")
def paper() -> bytes:
    """The evidence certificate, not sealed."""
    app = Flask("evidence")
    Babel(app)
    with app.test_request_context():
        return evidence.certificate(sample())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[Field, SealKey]:
    """A key for each field, as two organisations would have."""
    folder = tmp_path_factory.mktemp("keys")
    made = {field: SealKey(folder / f"{field}.pem") for field in Field}
    for field, key in made.items():
        seal_key.make(key.path, f"Seal of {field}")
    return made


@pytest.fixture(scope="module")
def sealed(paper: bytes, keys: dict[Field, SealKey]) -> bytes:
    """Partner first, then programme."""
    first = sealing.seal(paper, keys[Field.PARTNERS], reference="JUM-1", address=ADDRESS, field=Field.PARTNERS)
    return sealing.seal(first, keys[Field.PROGRAMME], reference="JUM-1", address=ADDRESS)


@pytest.fixture(scope="module")
def known(keys: dict[Field, SealKey]) -> list[str]:
    return [seal_key.fingerprint(key) for key in keys.values()]


def holding(content: bytes, known: list[str]) -> dict[str, bool]:
    return {seal.field: seal.holds for seal in checkup.read(content, known).seals}


def test_partner_then_programme_both_validate(sealed: bytes, known: list[str]) -> None:
    found = checkup.read(sealed, known)
    assert {seal.field: (seal.ours, seal.holds) for seal in found.seals} == {
        "Partners": (True, True), "Programme": (True, True)}
    assert found.tokens and set(found.tokens) == {"abcdefghijklmnopqrstuv"}
    if shutil.which("pdfsig"):
        assert found.pdfsig == ("Signature is Valid.",) * 2
    stranger = checkup.read(sealed, [])
    assert not any(seal.ours or seal.holds for seal in stranger.seals)


def fields_before_the_first_seal(content: bytes) -> set[str]:
    """The fields that the first seal covers: one that comes later is a change after a certification."""
    reader = PdfFileReader(io.BytesIO(content))
    revision = next(iter(reader.embedded_signatures)).signed_revision
    fields = reader.get_historical_root(revision)["/AcroForm"]["/Fields"]
    return {str(field.get_object()["/T"]) for field in fields}


def test_both_fields_are_made_before_anything_is_sealed(
    paper: bytes, sealed: bytes, keys: dict[Field, SealKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted mutant makes each field when it is needed."""
    assert fields_before_the_first_seal(sealed) == {"Partners", "Programme"}
    assert sealing.prepared(sealed) == sealed
    monkeypatch.setattr(sealing, "prepared", lambda pdf: pdf)
    careless = sealing.seal(paper, keys[Field.PARTNERS], reference="JUM-1", field=Field.PARTNERS)
    careless = sealing.seal(careless, keys[Field.PROGRAMME], reference="JUM-1")
    assert fields_before_the_first_seal(careless) == {"Partners"}


def edited(content: bytes) -> bytes:
    """The same file with one more revision that changes what a page shows."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page[NameObject("/Note")] = TextStringObject("changed")
    page[NameObject("/Rotate")] = writer.root["/Pages"]["/Count"]
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_flipped_byte_and_an_edit_break_the_seal_and_appended_bytes_do_not(sealed: bytes, known: list[str]) -> None:
    """Why the stored hash is asked first: what is appended goes unnoticed by both programs."""
    place = sealed.index(b"stream\n") + 200
    flipped = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1:]
    assert not any(holding(flipped, known).values())
    assert not all(holding(edited(sealed), known).values())
    assert all(holding(sealed + b"\n% one more line\n", known).values())


def test_the_evidence_names_every_signer_and_carries_the_word_file(paper: bytes, sealed: bytes, tmp_path: Path) -> None:
    text = subprocess.run([programs.path_of("pdftotext"), "-", "-"], input=sealed, capture_output=True,
                          check=True).stdout.decode()
    flat = " ".join(text.split())
    for name in NAMES[:2]:
        assert name in flat
    assert "Director [U+1F3DB]" in flat  # no glyph: its number, never nothing
    for words in ("2026-03-01 14:05:06 UTC", "2026-03-01 16:05:06 Africa/Kigali (UTC+02:00)", "203.0.113.9",
                  "Browser/1", "I sign this document.", "does not express any person’s will",
                  "Fictional demonstration", ADDRESS):
        assert words in flat, words
    reader = PdfFileReader(io.BytesIO(sealed))
    assert str(reader.root["/Lang"]) == "en" and reader.root["/MarkInfo"]["/Marked"]
    (_name, reference), = _pairs(reader.root["/Names"]["/EmbeddedFiles"]["/Names"])
    assert reference["/EF"]["/F"].data == WORD
    assert b"pdfaid" in sealed
    assert len(paper) < 200_000


def _pairs(array: object) -> list[tuple[object, dict]]:  # type: ignore[type-arg]
    items = [item.get_object() if hasattr(item, "get_object") else item for item in array]  # type: ignore[attr-defined]
    return list(zip(items[::2], items[1::2], strict=True))


def test_the_key_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "seal" / "key.pem"
    seal_key.make(path, "Jumelage seal")
    first = path.read_bytes()
    seal_key.make(path, "Another name")
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_key_from_a_file_is_opened_with_its_passphrase(tmp_path: Path) -> None:
    plain = tmp_path / "plain.pem"
    seal_key.make(plain, "Configured seal")
    private = serialization.load_pem_private_key(plain.read_bytes(), None)
    certificate = load_pem_x509_certificate(plain.read_bytes()[plain.read_bytes().index(b"-----BEGIN CERT"):])
    locked = serialization.BestAvailableEncryption(b"a long secret")
    (tmp_path / "locked.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(b"seal", private, certificate, None, locked))  # type: ignore[arg-type]
    (tmp_path / "locked.pem").write_bytes(
        private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        + certificate.public_bytes(serialization.Encoding.PEM))
    expected = seal_key.fingerprint(SealKey(plain))
    for name in ("locked.p12", "locked.pem"):
        assert seal_key.fingerprint(SealKey(tmp_path / name, "a long secret")) == expected
        with pytest.raises(SealKeyError):
            seal_key.signer(SealKey(tmp_path / name, "wrong"))
    with pytest.raises(SealKeyError):
        seal_key.signer(SealKey(tmp_path / "nowhere.pem"))


class Answer(io.BytesIO):
    """What the network would give."""

    headers = Message()
    headers["Content-Type"] = "application/timestamp-reply"


def test_the_time_of_an_authority_stands_in_the_seal(
    paper: bytes, keys: dict[Field, SealKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = DummyTimeStamper(*_authority())  # type: ignore[no-untyped-call]

    def asked(order: urllib.request.Request, timeout: float) -> Answer:
        assert order.full_url == "https://time.example/tsa" and timeout == timestamps.WAIT
        question = authority.async_request_tsa_response(tsp.TimeStampReq.load(order.data))
        return Answer(_driven(question).dump())

    monkeypatch.setattr(urllib.request, "urlopen", asked)
    key = SealKey(keys[Field.PROGRAMME].path, timestamp_url="https://time.example/tsa")
    made = sealing.seal(paper, key, reference="JUM-1")
    (seal,) = checkup.read(made, [seal_key.fingerprint(key)]).seals
    assert seal.stamped and seal.intact


def _authority() -> tuple[x509.Certificate, PrivateKeyInfo]:
    """pyHanko's stand-in signs with RSA alone."""
    key = rsa.generate_private_key(65537, 2048)
    name = Name([NameAttribute(NameOID.COMMON_NAME, "Time of the tests")])
    made = (CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
            .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2026, 1, 1, tzinfo=UTC)
            + timedelta(days=4000)).sign(key, hashes.SHA256()))
    der = serialization.Encoding.DER
    private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return x509.Certificate.load(made.public_bytes(der)), PrivateKeyInfo.load(private)


def _driven(question: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing, also where a loop is running already."""
    try:
        question.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited for something")


def test_an_authority_that_does_not_answer_stops_the_seal(
    paper: bytes, keys: dict[Field, SealKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_order: object, **_more: object) -> None:
        raise URLError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", nobody)
    for url in ("https://silent.example/tsa", "file:///etc/passwd"):
        with pytest.raises(timestamps.TimestampError):
            sealing.seal(paper, SealKey(keys[Field.PROGRAMME].path, timestamp_url=url), reference="JUM-1")


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "wordprocessingml.document.main+xml")
        archive.writestr("word/document.xml", b"\0" * 60 * 1024 * 1024)
    return target.getvalue()


@pytest.mark.parametrize("content", [
    bomb(), WORD[:5000], b"PK\x03\x04" + os.urandom(2000), b"%PDF-1.7\n" + os.urandom(3000),
    b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    b"GIF89a", b"",
], ids=["bomb", "half a Word file", "zip noise", "pdf noise", "deep pdf", "picture", "nothing"])
def test_bombs_and_garbage_are_told_apart_from_documents(content: bytes, known: list[str]) -> None:
    found = checkup.read(content, known)
    assert found.problem and not found.seals


def test_a_file_that_takes_too_long_is_left(sealed: bytes, known: list[str]) -> None:
    assert checkup.read(sealed, known, Limits(wall_seconds=0.01)).problem == "too_large"


def test_nobody_waits_for_ever(sealed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "PATIENCE", 0.01)
    places = [checkup.AT_ONCE.acquire(blocking=False) for _ in range(2)]
    try:
        with pytest.raises(checkup.Busy):
            checkup.read(sealed, [])
    finally:
        for taken in places:
            if taken:
                checkup.AT_ONCE.release()


def test_each_contract_carries_the_code_of_its_own_address() -> None:
    """Also in a template that somebody saved again in Word, which gives the picture another name."""
    template = unpack(renderer.shipped(renderer.DocumentKind.MEMORANDUM))
    part = qr.place(template)
    assert part.startswith("word/media/")
    moved = {("word/media/image7.png" if name == part else name): body for name, body in template.items()}
    rels = "word/_rels/document.xml.rels"
    moved[rels] = moved[rels].replace(part.removeprefix("word/").encode(), b"media/image7.png")
    assert qr.place(moved) == "word/media/image7.png"
    again = unpack(renderer.render("memorandum", samples.memorandum(), pack(moved)))
    assert again["word/media/image7.png"] == qr.png(samples.memorandum().verification_url)
    assert qr.png(ADDRESS) == qr.png(ADDRESS) != qr.png(ADDRESS + "x")
    assert qr.place({**template, "word/document.xml": b"<w:document/>"}) == ""
