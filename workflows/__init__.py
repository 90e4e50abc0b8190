"""The pure basement: vocabularies, facts, guards and tables of moves. No Flask, no SQLAlchemy, no clock."""
