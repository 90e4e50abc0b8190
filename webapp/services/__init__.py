"""The one way through for every change: facts, advance, audit, effects, outbox, deliver."""
