"""Texts that the memorandum and the contract share: parties, signatures, the model-text note."""

from __future__ import annotations

from contract_templates.authoring.blocks import Items, Para, References, Table
from contract_templates.authoring.word import Word

MODEL_TEXT = ("This document follows a model text. A local lawyer in each Party’s country must approve it before use. "
              "The key terms prevail over the text that follows. Parties may deviate only under “Special terms”.")
BANNER = "Fictional demonstration: the places are real, the content is invented, nobody is bound."

PARTIES = Table(
    "The Parties, their seat and who receives notices", ("Party", "Seat", "Notices to"),
    (("**{{ party.name }}**\n{{ party.role }}", "{{ party.seat }}\n{{ party.country }}",
      "{{ party.contact }}\n{{ party.contact_email }}"),),
    (5.6, 5.6, 5.4), each="signatories as party")

TRANCHES = Table(
    "Tranches of the grant", ("No.", "Paid when", "With report", "Planned", "Amount"),
    (("{{ tranche.number }}", "{{ tranche.condition }}", "{{ tranche.report or '–' }}", "{{ tranche.due }}",
      "{{ tranche.amount }}"),),
    (1.1, 5.9, 3.1, 3.5, 3.0), each="tranches as tranche", total=("", "Total of the tranches", "", "", "{{ grant }}"),
    numbers=(4,))

SIGNATURES = Table(
    "Signature block, one row for each Party in signing order", ("Party, signatory and mandate", "Signature"),
    (("Sign|**{{ party.name }}**\nSign|{{ party.signatory }}, {{ party.function }}\nSign|{{ party.capacity }}\n"
      "Sign|Mandate: {{ party.mandate }}, {{ party.mandate_date }}"
      "{% if party.cosignatory %}\nSign|Signs together with: {{ party.cosignatory }}{% endif %}",
      "Sign Line|Place:\t\t\nSign Line|Date:\t\t\nSign Line|Level:\t\t\nSign Line|Signature:\t\t"),),
    (8.6, 8.0), each="signatories as party", together=True)


def opening(word: Word, title: str, subtitle: str) -> None:
    """Title, what it is about, and the demonstration banner."""
    word.para(title, "Title")
    word.para(subtitle, "Subtitle")
    word.para(BANNER, "Banner", when="demonstration")


def special_terms(word: Word) -> None:
    """The one box in which Parties deviate."""
    word.para("Special terms", "heading 2")
    word.blocks((
        Para("None.", "Body", when="not special_terms"),
        Items(("{{ term }}",), each="special_terms as term", style="Bullet"),
    ))


def signatures(word: Word) -> None:
    """The signature block; its heading and lead-in stay with it, and with the text before."""
    word.para("Signatures", "Plain Heading")
    lead = word.para("Each signatory below acts under the mandate named there and signs in this order: "
                     "{{ signing_order }}. “Level” is the kind of signature: ink, electronic, advanced or qualified.")
    lead.paragraph_format.keep_with_next = True
    word.table(SIGNATURES)
    word.para("A seal of the Programme shows where the file comes from and that it is unchanged. It is not a person’s "
              "signature.{% if verification_url %} Check {{ reference }}, version {{ version }}, at "
              "{{ verification_url }}.{% endif %}", "Note")


NO_REFERENCES = References(())
