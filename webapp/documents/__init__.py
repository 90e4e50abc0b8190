"""Documents: plain values in, bytes out. No web framework, no database, no clock."""
