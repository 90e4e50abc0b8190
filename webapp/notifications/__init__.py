"""Who is told of what, in which words, and how the mail leaves."""
