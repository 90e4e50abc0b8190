"""Eligibility against the rules of the call, and the baseline of each municipality [S2.11] [S2.12]."""
