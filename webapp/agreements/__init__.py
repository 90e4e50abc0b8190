"""Agreements: the instrument, who signs under which mandate, the schedule, the written contract and its signatures."""
