"""Every table, one file per family. Importing this package knows the whole schema."""

from webapp.models import agreement, application, assessment, checkpoint, monitoring, people, programme, record, signing

__all__ = [
    "agreement",
    "application",
    "assessment",
    "checkpoint",
    "monitoring",
    "people",
    "programme",
    "record",
    "signing",
]
