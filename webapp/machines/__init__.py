"""What a machine is, where its cases stand, and what it would take to get there."""
