"""The worker service: link previews, the event relay, deferred requests and clean-up, plus one beat."""
