"""The pages of a negotiation: HTTP only."""

from webapp.negotiation.routes import approving, clauses, commenting, text
from webapp.negotiation.routes.shared import blueprint

__all__ = ["approving", "blueprint", "clauses", "commenting", "text"]
