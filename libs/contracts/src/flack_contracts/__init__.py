"""What Flack's services say to each other: events, tokens, tasks and the bytes on the wire.

Rules: a model here has no behaviour beyond its own encoding; events from a newer version may carry unknown
fields, which are ignored; nothing in this package knows Flask, Redis or the database.
"""
