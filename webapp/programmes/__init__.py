"""Programmes, country plans and calls: set up, changed, endorsed, opened and closed [S2.2] [S2.3] [S2.8] [S2.9]."""
