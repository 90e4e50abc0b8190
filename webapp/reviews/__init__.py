"""Independent reviews by officers of the associations [S2.10]."""
