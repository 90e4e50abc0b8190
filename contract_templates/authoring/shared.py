"""Texts that the memorandum and the contract share: parties, signatures, the model-text note."""

from __future__ import annotations

from contract_templates.authoring.blocks import References, Table
from contract_templates.authoring.texts import ENGLISH_FRAME, Shared
from contract_templates.authoring.word import Word

MODEL_TEXT = ("This document follows a model text. A local lawyer in each Party’s country must approve it before use. "
              "The key terms prevail over the text that follows. Parties may deviate only in the row “Special terms”.")
BANNER = "Fictional demonstration: the places are real, the content is invented, nobody is bound."



def special_terms(heading: str, none: str) -> tuple[str, str]:
    """The one box in which Parties deviate: the last row of the key terms."""
    return (heading, "{% for term in special_terms %}{{ loop.index }}. {{ term }}{% if not loop.last %} {% endif %}"
                     f"{{% endfor %}}{{% if not special_terms %}}{none}{{% endif %}}")


SPECIAL_TERMS = special_terms("Special terms", "None")

PARTIES = Table(
    "The Parties, their seat and who receives notices", ("Party", "Seat", "Notices to", "Focal point"),
    (("**{{ party.name }}**\n{{ party.role }}", "{{ party.seat }}\n{{ party.country }}",
      "{{ party.contact }}\n{{ party.contact_email }}", "{{ party.focal_point or 'Not needed' }}"),),
    (4.5, 3.7, 5.2, 3.2), each="signatories as party")

TRANCHES = Table(
    "Tranches of the grant", ("No.", "Paid when", "With report", "Planned", "Amount"),
    (("{{ tranche.number }}", "{{ tranche.condition }}", "{{ tranche.report or '–' }}", "{{ tranche.due }}",
      "{{ tranche.amount }}"),),
    (1.0, 5.6, 3.0, 4.3, 2.7), each="tranches as tranche", total=("", "Total of the tranches", "", "", "{{ grant }}"),
    numbers=(4,), together=True)

SIGNATURES = Table(
    "Signature block, one row for each Party in signing order", ("Party, signatory and mandate", "Signature"),
    (("Sign|**{{ party.name }}**\nSign|{{ party.signatory }}\nSign|{{ party.function }}, {{ party.capacity }}\n"
      "Sign|Under: {{ party.mandate }}, {{ party.mandate_date }}"
      "{% if party.cosignatory %}\nSign|Signs together with: {{ party.cosignatory }}{% endif %}",
      "Sign Line|Place, date:\t\t\nSign Line|Level:\t\t\nSign Line|Signature:\t\t"),),
    (8.9, 7.7), each="signatories as party", together=True)


ENGLISH = Shared(
    ENGLISH_FRAME, "English", MODEL_TEXT, BANNER, PARTIES, SIGNATURES,
    signatures_heading="Signatures",
    signing="The Parties sign in this order. “Level” is the kind of signature: ink, electronic, advanced or qualified.",
    seal="A seal of the Programme shows where the file comes from and that it is unchanged. It is not a person’s "
         "signature.{% if verification_url %} Check {{ reference }}, version {{ version }}, at "
         "{{ verification_url }}.{% endif %}")


def opening(word: Word, title: str, subtitle: str, shared: Shared = ENGLISH) -> None:
    """Title, what it is about, and the demonstration banner."""
    word.qr(word.para(title, "Title"), "verification_url", shared.qr)
    word.para(subtitle, "Subtitle")
    word.para(shared.banner, "Banner", when="demonstration")


def signatures(word: Word, shared: Shared = ENGLISH, hold: int = 2) -> None:
    """The signature block; its heading and lead-in stay with it, and with the text before (`hold` paragraphs)."""
    word.hold(hold)
    word.para(shared.signatures_heading, "Plain Heading")
    lead = word.para(shared.signing)
    lead.paragraph_format.keep_with_next = True
    word.table(shared.signatures)
    before, _address, after = shared.seal.partition("{{ verification_url }}")
    note = word.para(before, "Note")
    word.link(note, "verification_url")
    note.add_run(after)


NO_REFERENCES = References(())
