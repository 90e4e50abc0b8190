"""The memorandum: the short agreement for an exchange of expertise. Two or three pages, no investment."""

from __future__ import annotations

from contract_templates.authoring.blocks import References
from contract_templates.authoring.shared import opening, signatures
from contract_templates.authoring.texts import MemorandumText
from contract_templates.authoring.word import Word

SUBTITLE = "{{ project }}: {{ pair }}"


def references(text: MemorandumText) -> References:
    return References(text.sections, word=text.word, units=text.units,
                      hard_spaces=text.hard_spaces)


def build(text: MemorandumText) -> bytes:
    """The template in one language."""
    shared = text.shared
    word = Word(references(text), "%1.", 1.1, body=text.body, air=text.air, frame=shared.frame)
    word.running(text.running)
    opening(word, text.title, SUBTITLE, shared)
    word.para(text.key_terms_heading, "Plain Heading")
    word.table(text.key_terms)
    word.para(text.parties_heading, "heading 2")
    word.table(shared.parties)
    word.para(shared.model_text, "Note")
    word.sections(text.sections)
    signatures(word, shared, hold=4)  # one of the last three stands, by whether there is a second language
    return word.save()
