"""What each language supplies: the words around a document, and the memorandum itself. Texts are data, no code.

A further language is one module with a `MemorandumText`; `tests/documents/test_languages.py` holds it to the same
sections, paragraphs, placeholders and conditions as the English one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contract_templates.authoring.blocks import Section, Table


@dataclass(frozen=True)
class Frame:
    """Words in header and footer, and the language that Word is told."""

    tag: str = "en-GB"
    version: str = "version"
    page: str = "Page"
    of: str = "of"
    demonstration: str = "Fictional demonstration"


ENGLISH_FRAME = Frame()


@dataclass(frozen=True)
class Shared:
    """Texts that agreements share: who the parties are, when money is paid, how they sign."""

    frame: Frame
    name: str  # of the language, in itself
    model_text: str
    banner: str
    parties: Table
    signatures: Table
    signatures_heading: str
    signing: str
    seal: str
    qr: str = "QR code: opens the page where this document can be checked"  # for those who cannot see it


@dataclass(frozen=True)
class MemorandumText:
    """The memorandum in one language. `units` are counted nouns, plural to singular: "dagen" to "dag"."""

    shared: Shared
    running: str
    title: str
    key_terms_heading: str
    key_terms: Table
    parties_heading: str
    sections: tuple[Section, ...]
    word: str  # how a section is referred to: "section", "artikel"
    units: Mapping[str, str] = field(default_factory=dict)
    body: float = 9.5  # points; a language with longer words needs a smaller type for the same three pages
    air: float = 0.5
    hard_spaces: bool = False  # French: before ; : ! ? » and after «
