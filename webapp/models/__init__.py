"""Every table, one file per family. Importing this package knows the whole schema."""

from webapp.models import (
    agreement,
    application,
    assessment,
    batch,
    checkpoint,
    document_file,
    monitoring,
    negotiation,
    people,
    programme,
    record,
    signing,
    template,
)

__all__ = [
    "agreement",
    "application",
    "assessment",
    "batch",
    "checkpoint",
    "document_file",
    "monitoring",
    "negotiation",
    "people",
    "programme",
    "record",
    "signing",
    "template",
]
