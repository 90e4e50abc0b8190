"""Negotiating a draft contract: reading its versions, comments, special clauses, and approvals of a version's bytes."""
