"""What the public page for checking a document says of each verdict, in words for a citizen."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class Said(NamedTuple):
    title: LazyString
    text: LazyString
    tone: str


VERDICTS: dict[str, Said] = {
    "genuine": Said(
        _("Genuine: this is the file we keep"),
        _("Every byte of your file is the same as in the file kept here. Nobody has changed it."),
        "good",
    ),
    "unissued": Said(
        _("A draft: never issued"),
        _("We wrote this file, and nobody changed it. But it was never issued for signature. Nobody is bound by it."),
        "waiting",
    ),
    "superseded": Said(
        _("No longer valid: replaced or taken back"),
        _(
            "We wrote this file, and nobody changed it. But it was taken back, or another version took its place. Do "
            "not rely on it; ask the parties for the version that counts."
        ),
        "waiting",
    ),
    "voided": Said(
        _("No longer valid: voided"),
        _("We wrote this file, and nobody changed it. But the agreement was voided before it came into force."),
        "bad",
    ),
    "altered": Said(
        _("Altered: this is not the file we keep"),
        _(
            "Your file carries a sign of ours, but it is not byte for byte a file that we keep: something in it was "
            "changed, added or left out after we made it. Saving it again in an office program is enough. Do not rely "
            "on it; ask one of the parties for the file as they received it."
        ),
        "bad",
    ),
    "unknown": Said(
        _("Unknown: we know nothing about this file"),
        _(
            "It is not a file that we keep, and we find no sign of ours in it. It may be from somebody else, or so "
            "much was changed that nothing of ours is left. A scan or a photograph of a paper copy is always unknown "
            "here."
        ),
        "ended",
    ),
}

# For the document behind an address, without a file in hand.
DOCUMENTS: dict[str, Said] = {
    "genuine": Said(
        _("This document is known here"),
        _("It is the version that counts. To be sure that your copy is the same, check your file below."),
        "good",
    ),
    "unissued": Said(
        _("A draft: never issued"), _("This version was never issued for signature. Nobody is bound by it."), "waiting"
    ),
    "superseded": Said(
        _("No longer valid: replaced or taken back"),
        _("This version was taken back, or another version took its place. Do not rely on it."),
        "waiting",
    ),
    "voided": Said(
        _("No longer valid: voided"),
        _("The agreement was voided before it came into force. Nobody is bound by it."),
        "bad",
    ),
}
