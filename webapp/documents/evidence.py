"""The evidence certificate: who signed, for whom, as what, when and how; what was signed; where the record stands.

A page for a lawyer who has never seen the product. It attaches the Word file that was signed, says what each number
means, and says plainly what a seal is not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from webapp.documents import qr
from webapp.documents.paper import Paper

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signature as it stands in the record."""

    party: str
    place: str
    person: str
    capacity: str
    mandate: str
    at: datetime
    zone: str  # where the party is
    level: str
    identified: str  # how the person was recognised
    consent: str
    consent_version: str
    language: str
    address: str
    user_agent: str
    sha256: str  # of the file that was signed, hashed at that moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry of the agreement's record."""

    sequence: int
    at: datetime
    what: str
    by: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A stored file: what it is, its name and the hash of its bytes."""

    what: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the certificate prints. Words are in the reader's language already."""

    reference: str
    kind: str
    project: str
    language: str
    demonstration: bool
    made: datetime
    in_force: str
    operator: str
    parties: tuple[str, ...]
    signatures: tuple[Signed, ...]
    files: tuple[Kept, ...]
    template: str
    template_sha256: str
    context_sha256: str
    chain: tuple[Link, ...]
    certificate: str
    timestamp: str
    address: str
    word: bytes

    def with_file(self, what: str, name: str, content: bytes) -> Evidence:
        """With one more file that is kept."""
        kept = Kept(what=what, name=name, sha256=hashlib.sha256(content).hexdigest())
        return replace(self, files=(*self.files, kept))


def certificate(evidence: Evidence) -> bytes:
    """The PDF, not sealed yet."""
    paper = Paper(
        title=_("Evidence certificate for %(reference)s", reference=evidence.reference),
        language=evidence.language,
        made=evidence.made,
        head=" · ".join(filter(None, (evidence.reference, _demonstration(evidence)))),
        foot=_("Jumelage, evidence certificate"),
        page_words=_("Page {page} of {pages}"),
    )
    _opening(paper, evidence)
    _signatures(paper, evidence)
    _document(paper, evidence)
    _seal(paper, evidence)
    _chain(paper, evidence)
    paper.attach(evidence.files[0].name, evidence.word, DOCX, _("The Word file that was signed"))
    return paper.finished()


def _demonstration(evidence: Evidence) -> str:
    return _("Fictional demonstration") if evidence.demonstration else ""


def _opening(paper: Paper, evidence: Evidence) -> None:
    if evidence.address:
        paper.picture(qr.png(evidence.address), _("QR code: %(address)s", address=evidence.address))
        paper.set_right_margin(52)
    paper.heading(_("Evidence certificate"), 1)
    paper.text_block(f"{evidence.kind} {evidence.reference}", size=11, bold=True)
    paper.text_block(evidence.project, muted=True)
    paper.set_right_margin(20)
    paper.set_y(max(paper.get_y(), 50))
    if evidence.demonstration:
        paper.note(_("Fictional demonstration: the places are real, the content is invented, nobody is bound."))
    paper.pair(_("Parties"), "; ".join(evidence.parties))
    paper.pair(_("In force since"), evidence.in_force)
    paper.pair(_("Certificate made"), instant(evidence.made, "UTC"))
    paper.pair(_("Kept by"), evidence.operator)
    if evidence.address:
        paper.pair(_("Check it at"), evidence.address)


def _signatures(paper: Paper, evidence: Evidence) -> None:
    paper.heading(_("Who signed"))
    paper.text_block(
        _(
            "Each signature below was recorded at the moment of signing and cannot be changed since. Where a person "
            "signed by a click, the record of that click is their signature: they were signed in with their own "
            "account, confirmed who they are, read the sentence of consent and agreed to it. The stored file was "
            "hashed again at that moment. Nobody can sign for two parties."
        )
    )
    for number, signature in enumerate(evidence.signatures, 1):
        _signature(paper, number, signature)


def _signature(paper: Paper, number: int, signed: Signed) -> None:
    paper.heading(f"{number}. {signed.person}", 3, follows=78)
    paper.pair(_("For the party"), ", ".join(filter(None, (signed.party, signed.place))))
    paper.pair(_("In the capacity of"), signed.capacity)
    paper.pair(_("Under the mandate"), signed.mandate)
    paper.pair(_("Signed on"), instant(signed.at, "UTC"))
    paper.pair(_("Local time of the party"), instant(signed.at, signed.zone))
    paper.pair(_("Level"), signed.level)
    paper.pair(_("How signed in"), signed.identified)
    consent = _(
        "“%(text)s” (version %(version)s, language %(language)s)",
        text=signed.consent, version=signed.consent_version, language=signed.language,
    )  # fmt: skip
    paper.pair(_("Consent"), consent)
    paper.pair(_("Network address"), signed.address)
    paper.pair(_("Program used"), signed.user_agent, small=True)
    paper.pair(_("Hash of what was signed"), signed.sha256, small=True)


def _document(paper: Paper, evidence: Evidence) -> None:
    paper.heading(_("What was signed"))
    paper.text_block(
        _(
            "The Word file below is the document that was signed. It is attached to this certificate, byte for byte: "
            "save it from your PDF reader’s list of attachments. A hash (SHA-256) is a number computed from every "
            "byte of a file: one changed letter gives another number."
        )
    )
    for kept in evidence.files:
        paper.pair(f"{kept.what}: {kept.name}", kept.sha256, small=True)
    paper.pair(_("Template"), evidence.template)
    paper.pair(_("Hash of the template"), evidence.template_sha256, small=True)
    paper.pair(_("Hash of the data written into it"), evidence.context_sha256, small=True)


def _seal(paper: Paper, evidence: Evidence) -> None:
    paper.heading(_("What the seal says, and what it does not say"), follows=45)
    paper.note(
        _(
            "This file carries an electronic seal of the programme. The seal shows which organisation the file comes "
            "from and that it was not changed since. It does not express any person’s will and is nobody’s signature: "
            "the signatures are those recorded above. It is not a qualified seal unless the certificate below was "
            "issued as one (Regulation (EU) No 910/2014)."
        )
    )
    paper.pair(_("Certificate of the seal"), evidence.certificate)
    paper.pair(_("Time stamp"), evidence.timestamp)
    paper.text_block(
        _(
            "The field “Partners” of the file is left open on purpose: a party that owns a certificate may add a seal "
            "or a qualified signature there. That does not break the seal of the programme, but it makes another file "
            "than the one kept here."
        ),
        muted=True,
    )


def _chain(paper: Paper, evidence: Evidence) -> None:
    paper.heading(_("The record of this agreement"))
    paper.text_block(
        _(
            "Every step is an entry in a record that only grows. The hash of each entry is computed from its content "
            "and from the hash before it, so an entry cannot be changed, removed or put in between without being "
            "noticed. The last hash stands for all of them."
        )
    )
    for link in evidence.chain:
        paper.pair(
            f"{link.sequence}. {link.at:%Y-%m-%d %H:%M} UTC", f"{link.what} ({link.by})\n{link.hash}", small=True
        )
    if evidence.chain:
        paper.rule()
        paper.pair(_("Last hash"), evidence.chain[-1].hash, small=True)


def instant(at: datetime, zone: str) -> str:
    """Date, time to the second, the zone and how far it is from UTC: nobody has to guess."""
    local = at.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    ahead = f"{local:%z}"
    offset = "" if zone == "UTC" else f" (UTC{ahead[:3]}:{ahead[3:]})"
    return f"{local:%Y-%m-%d %H:%M:%S} {zone}{offset}"
