"""Where each party stands: waiting, asked, viewed, on paper, signed; and the reminder to those whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import null, select, union_all

from webapp import clock, policy
from webapp.agreements.signers import Signer, role_of
from webapp.agreements.signing import Turn, call, lock_for_signing, turn
from webapp.errors import Invalid
from webapp.extensions import db
from webapp.models.agreement import Agreement, Signature
from webapp.models.record import AuditEvent
from webapp.models.signing import SignatureScan, SigningReminder, SigningView
from webapp.policy import Action, Principal
from webapp.services import audit, scope
from workflows.vocabulary import Role

REMINDER = lazy_gettext("%(number)s waits for the signature of %(party)s. Please read it and sign, or decline.")


@dataclass(frozen=True, slots=True)
class Standing:
    """One party: its signer, the signature if there is one, and since when what is known."""

    signer: Signer
    is_open: bool
    signature: Signature | None
    viewed_at: datetime | None
    scan: SignatureScan | None


def standings(now: Turn) -> list[Standing]:
    """Every party of the issued document: one statement for who looked and whether scans wait; those are rare."""
    views = select(SigningView.party_id, SigningView.person_id, SigningView.viewed_at)
    waiting = (SignatureScan.document_id == now.document.id, SignatureScan.settled_at.is_(None))
    scanned = select(SignatureScan.party_id, null(), SignatureScan.uploaded_at).where(*waiting)
    rows: Sequence[Any] = db.session.execute(
        union_all(views.where(SigningView.document_id == now.document.id), scanned)
    ).all()
    seen = {(party, person): at for party, person, at in rows if person is not None}
    some = any(person is None for _party, person, _at in rows)
    scans = {row.party_id: row for row in db.session.scalars(select(SignatureScan).where(*waiting))} if some else {}
    return [
        Standing(
            signer=signer,
            is_open=now.is_open(signer.party),
            signature=now.signed.get(signer.party.id),
            viewed_at=seen.get((signer.party.id, signer.person_id or 0)),
            scan=scans.get(signer.party.id),
        )
        for signer in now.signers
    ]


def has_viewed(now: Turn, signer: Signer) -> bool:
    mine = (SigningView.party_id == signer.party.id, SigningView.person_id == signer.person_id)
    return (
        db.session.scalar(select(SigningView.id).where(SigningView.document_id == now.document.id, *mine)) is not None
    )


def note_view(agreement_id: int, actor: Principal) -> None:
    """The first time that a signer opens the document to sign it; run it in a transaction of its own."""
    agreement = db.session.get_one(Agreement, agreement_id)
    lock_for_signing(agreement)
    now = turn(agreement)
    signer = now.of(actor.person_id) if now else None
    if now is None or signer is None or has_viewed(now, signer):
        return
    db.session.add(
        SigningView(
            document_id=now.document.id, party_id=signer.party.id, person_id=actor.person_id, viewed_at=clock.now()
        )
    )
    data = {"document": now.document.reference, "party": signer.party.organisation.name}
    audit.record(
        agreement, actor, role_of(signer.party), AuditEvent.SIGNING_PAGE_OPENED,
        application_id=agreement.application_id, data=data,
    )  # fmt: skip


def remind(agreement: Agreement, actor: Principal) -> int:
    """Write to those whose turn it is, at most once a day; returns to how many."""
    policy.require(actor, Action.PREPARE_AGREEMENT, scope.file_scope(agreement.application))
    lock_for_signing(agreement)
    now = turn(agreement)
    if now is None:
        raise Invalid("remind", _("There is nobody to remind: the agreement is not out for signature."))
    today = clock.today()
    sent = select(SigningReminder.id).where(SigningReminder.document_id == now.document.id)
    if db.session.scalar(sent.where(SigningReminder.sent_on == today)) is not None:
        raise Invalid("remind", _("A reminder was sent today already. The next one can be sent tomorrow."))
    db.session.add(
        SigningReminder(document_id=now.document.id, person_id=actor.person_id, sent_on=today, sent_at=clock.now())
    )
    asked = [signer for signer in now.open if signer.person is not None]
    for signer in asked:
        names = {"number": agreement.number, "party": signer.party.organisation.name}
        if signer.person is not None:
            call(agreement, signer.person, f"remind-{now.document.id}-{signer.party.id}-{today}", REMINDER, names)
    data = {"document": now.document.reference, "parties": now.first}
    audit.record(
        agreement, actor, Role.PROGRAMME_MANAGER, AuditEvent.SIGNING_REMINDED,
        application_id=agreement.application_id, data=data,
    )  # fmt: skip
    return len(asked)
