"""Organisations, people and the roles they hold; and everybody's own account."""
