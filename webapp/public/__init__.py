"""What everybody may read without an account: the front door, open calls, about, accessibility, source."""
