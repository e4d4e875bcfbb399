"""What only this service counts. What others count too is in `flack_kit.metrics`."""

from prometheus_client import Counter

PREVIEWS_POSTPONED = Counter(
    "flack_previews_postponed_total", "Messages whose link previews were left to the sweep under load"
)
