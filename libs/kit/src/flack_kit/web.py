"""What every Flask application here does with a request: an id, a metric, one line of log."""

from time import perf_counter

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from flack_kit.logging import get_logger
from flack_kit.metrics import HTTP_REQUESTS, HTTP_SECONDS
from flack_kit.request_id import HEADER, accepted_or_new, set_request_id

log = get_logger(__name__)


def observe(app: Flask, service: str, *, trusted_proxies: int) -> None:
    """Give each request an id, count and time it by route, and log it. Believe that many proxies."""
    if trusted_proxies:
        n = trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0)  # type: ignore[method-assign]

    @app.before_request
    def start() -> None:
        g.started = perf_counter()
        g.request_id = accepted_or_new(request.headers.get(HEADER))
        set_request_id(g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "(unknown)"
        seconds = perf_counter() - g.get("started", perf_counter())
        HTTP_REQUESTS.labels(service, route, request.method, response.status_code).inc()
        HTTP_SECONDS.labels(service, route).observe(seconds)
        response.headers[HEADER] = g.get("request_id", "")
        log.info(
            "request_answered",
            method=request.method,
            route=route,
            status=response.status_code,
            milliseconds=round(seconds * 1000, 2),
        )
        return response
