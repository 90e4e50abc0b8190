"""The proofs: harnesses that take a size, run small in CI (tests/integration/test_proofs.py), whole by `make prove`.

Each answers with a list of what is wrong, empty when nothing is, and is shown to fail on a planted mutant.
"""
