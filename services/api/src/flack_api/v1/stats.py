"""How busy the installation is."""

from flask import Blueprint, Flask, Response, current_app

from flack_api.http.auth import SERVICE, public
from flack_api.http.routes import current_route
from flack_api.v1.answers import answer
from flack_api.v1.request_counter import RequestCounter

stats = Blueprint("stats", __name__)


def init_statistics(app: Flask) -> None:
    """Count every request but those of Flack's own services, which stand for sockets' events."""
    made = app.extensions["flack_services"]
    counter = app.extensions["flack_v1_requests"] = RequestCounter(made.redis)
    made.before_close.append(counter.close)

    def count() -> None:
        route = current_route()
        if route is None or route.auth != SERVICE:
            counter.count()

    # Before authentication, which may already refuse the request.
    app.before_request_funcs.setdefault(None, []).insert(0, count)


@stats.get("/stats")
@public
def read_statistics() -> Response:
    """Requests a second over the last 15 seconds, this one included."""
    counter: RequestCounter = current_app.extensions["flack_v1_requests"]
    return answer({"requests_per_second": counter.rate()})
