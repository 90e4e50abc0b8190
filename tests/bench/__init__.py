"""`make bench`: our pages against a bare reference, in one run and on the same server settings."""
