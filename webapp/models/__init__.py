"""Every table, one file per family. Importing this package knows the whole schema."""

from webapp.models import (
    agreement,
    application,
    assessment,
    checkpoint,
    document_file,
    monitoring,
    people,
    programme,
    record,
)

__all__ = [
    "agreement",
    "application",
    "assessment",
    "checkpoint",
    "document_file",
    "monitoring",
    "people",
    "programme",
    "record",
]
