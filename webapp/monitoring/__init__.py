"""After signature: committee and focal points, reports, findings and actions, obligations, notice, audit, closing."""
