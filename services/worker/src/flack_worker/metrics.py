"""The worker service's own metrics."""

from prometheus_client import Counter, Gauge, Histogram

TASKS = Counter("flack_tasks_total", "Tasks that ended", ["task", "outcome"])
TASK_SECONDS = Histogram(
    "flack_task_seconds",
    "How long tasks ran",
    ["task"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
TASKS_IN_HAND = Gauge("flack_tasks_in_hand", "Tasks that this process runs now", ["queue"])
LINKS = Counter("flack_preview_links_total", "Links that were fetched for previews", ["outcome"])
QUEUE_LENGTH = Gauge("flack_queue_length", "Tasks that wait or are in hand, of all workers", ["queue"])
TASKS_OPEN = Gauge("flack_tasks_open", "Tasks that wait or are in hand, of all workers and queues")
RELAY_LAG = Gauge("flack_relay_lag_seconds", "Age of the oldest event that is not published yet")
RELAY_PUBLISHED = Counter("flack_relay_published_total", "Events that the relay published")
LEADER = Gauge("flack_beat_leader", "1 in the beat process that holds the lock, 0 in one that stands by")
