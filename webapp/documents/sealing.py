"""The seal on a PDF (PAdES): where the file comes from, and that it is unchanged. Bytes in, bytes out.

Two fields are made before anything is sealed: adding one afterwards would break the seal that is there. The
installation seals as the programme. `Partners` stays open for a municipality that seals with a certificate of its own,
before or after. A seal says nothing about a person's will [eIDAS]: that is what the record of signatures is for.
"""

from __future__ import annotations

from enum import StrEnum
from io import BytesIO
from typing import Any

from webapp.documents import seal_key
from webapp.documents.seal_key import SealKey
from webapp.documents.timestamps import stamper


class Field(StrEnum):
    """The two places for a seal in every sealed file."""

    PARTNERS = "Partners"
    PROGRAMME = "Programme"


def prepared(pdf: bytes) -> bytes:
    """The PDF with both fields, empty and invisible; a PDF that has them stays as it is."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields

    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    known = {name for name, _value, _reference in enumerate_sig_fields(writer.prev)}
    missing = [name for name in Field if name.value not in known]
    if not missing:
        return pdf
    for name in missing:
        append_signature_field(writer, SigFieldSpec(name.value))
    return _written(writer)


def seal(
    pdf: bytes, key: SealKey, *, reference: str, address: str = "", by: str = "", field: Field = Field.PROGRAMME
) -> bytes:
    """The PDF with one more seal. The first one certifies: from then on only the other field may be filled.

    `reference` and `address` (where the file can be checked) stand in the seal itself. Raises SealKeyError, and
    TimestampError when a configured authority does not answer: a promised time is never left out silently.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    writer = IncrementalPdfFileWriter(BytesIO(prepared(pdf)))
    metadata = signers.PdfSignatureMetadata(
        field_name=field.value,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reference,
        contact_info=address or None,
        name=by or None,
        certify=not list(writer.prev.embedded_signatures),
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    made = signers.PdfSigner(metadata, seal_key.signer(key), timestamper=stamper(key.timestamp_url))
    return bytes(made.sign_pdf(writer).getvalue())


def _written(writer: Any) -> bytes:
    target = BytesIO()
    writer.write(target)
    return target.getvalue()
