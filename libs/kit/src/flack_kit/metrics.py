"""The Prometheus metrics that more than one service has. A service's own live beside the code that raises them."""

from prometheus_client import Counter, Histogram

# Half a millisecond to ten seconds: an api request takes 2 ms, a sync after an outage takes a second.
LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

HTTP_REQUESTS = Counter(
    "flack_http_requests_total", "HTTP requests answered", ["service", "route", "method", "status"]
)
HTTP_SECONDS = Histogram(
    "flack_http_request_seconds",
    "Time to answer an HTTP request",
    ["service", "route"],
    buckets=LATENCY_BUCKETS,
)
PUBLISH_FAILURES = Counter(
    "flack_publish_failures_total", "Messages that could not be published to Redis and were left to the relay"
)
