"""The investment contract: key terms, contents, twenty-five articles, signatures, eleven annexes."""

from __future__ import annotations

from contract_templates.authoring.blocks import ROMAN, References, Table
from contract_templates.authoring.contract_annexes import ANNEXES
from contract_templates.authoring.contract_articles import ARTICLES
from contract_templates.authoring.shared import MODEL_TEXT, PARTIES, SPECIAL_TERMS, TRANCHES, opening, signatures
from contract_templates.authoring.word import Word

KEY_TERMS = Table(
    "Key terms of the contract", ("Term", "Agreed"),
    (("Project", "{{ project }}"),
     ("Reference", "{{ reference }}, version {{ version }}, {{ dated }}"),
     ("Programme and funder", "{{ programme }}, financed by {{ funder }} ({{ funder_reference }})"),
     ("Grant", "At most **{{ grant }}** ({{ grant_words }})"),
     ("Share", "{{ share }} of total costs of {{ total_cost }}; own share {{ own_share }}"),
     ("Period", "Last signature, at the earliest {{ starts }}, to {{ ends }}"),
     ("Reports", "{% for report in reports %}{{ report.kind }}: {{ report.due }}{% if not loop.last %}; {% endif %}"
                 "{% endfor %}"),
     ("Monitoring committee", "{% if not committee_decided %}Decided before monitoring starts{% elif committee %}Yes"
                              "{% else %}No, focal points instead{% endif %}"),
     ("Works", "{% if works %}Yes{% else %}No{% endif %}"),
     ("Law and disputes", "{{ law }}; {{ dispute_forum }}"),
     ("Language", "{{ language }}{% if second_language %}; translated for information into {{ second_language }}"
                  "{% endif %}"),
     ("Annexes", "I to " + ROMAN[len(ANNEXES) - 1] + ", all attached"),
     SPECIAL_TERMS),
    (3.8, 12.8), row_heads=True)


def build() -> bytes:
    word = Word(References(ARTICLES, ANNEXES), "Article %1", 2.4, air=0.9)
    word.running("Investment contract")
    opening(word, "Investment contract", "{{ project }}: {{ pair }}")
    word.para("Key terms", "Plain Heading")
    word.table(KEY_TERMS)
    word.para("Tranches", "heading 2")
    word.table(TRANCHES)
    word.para("Parties and notices", "heading 2")
    word.table(PARTIES)
    word.para(MODEL_TEXT, "Note")
    heading = word.para("Contents", "Plain Heading")
    heading.paragraph_format.page_break_before = True
    word.contents(ARTICLES, lambda number: f"Article {number}")
    word.contents(ANNEXES, lambda number: f"Annex {ROMAN[number - 1]}")
    word.sections(ARTICLES)
    signatures(word)
    word.sections(ANNEXES, "Annex")
    return word.save()
