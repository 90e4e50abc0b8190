"""One page per application: where it stands, what can happen next and why not; and the Final page of every move."""
