"""Many files of a call in one go: choose, preview with reasons, start, watch, stop, resume; letters by the hundred."""
