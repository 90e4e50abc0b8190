"""Everything that can wait for somebody, as one table of sources; a person's desk is the union of those of their roles.

A source is a plain SELECT about many files at once: no file is loaded to say that it waits. What needs a programme's
figures (mandate, quorum) or counts for its sentence (closing) is folded in `webapp.desk.queries`.
"""

from webapp.desk.sources import applying, assessing, contracting, late, monitoring, setting_up
from webapp.desk.sources.parts import Source, parameters

SOURCES: tuple[Source, ...] = (
    *applying.SOURCES,
    *assessing.SOURCES,
    *contracting.SOURCES,
    *monitoring.SOURCES,
    *late.SOURCES,
    *setting_up.SOURCES,
)

__all__ = ["SOURCES", "Source", "parameters"]
