"""Applying: the list, the form in nine sections, sign-off, submission, clarification, and reading it all."""
