"""Who is there: sign-in, sessions that can be ended, and the decorators that every endpoint wears."""
