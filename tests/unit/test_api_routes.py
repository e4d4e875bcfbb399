"""How views declare themselves, without any connection: the application is made, nothing is reached."""

import pytest
from api_fixtures import SERVICE_KEY, new_signing_key
from flack_api import openapi
from flack_api.app import create_app
from flack_api.http import Body, auth_required, body, public, query, returns
from flack_api.http.queries import Query
from flack_api.http.routes import route_of, undeclared_views
from flack_api.settings import ApiSettings
from flask import Flask

NOWHERE = {
    "database_url": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
    "redis_url": "redis://127.0.0.1:1/0",
    "service_key": SERVICE_KEY,
    "rate_limits_enabled": False,
    "trusted_proxies": 0,
}


class Greeting(Body):
    """A body."""

    text: str


class Tone(Query):
    """A query string."""

    loud: bool = False


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(ApiSettings(signing_keys=new_signing_key(), **NOWHERE))


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    assert len(app.view_functions) > 30
    assert undeclared_views(app) == []


def test_a_route_that_does_not_say_it_is_found() -> None:
    app = Flask("test", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "")
    app.add_url_rule("/declared", "declared", public(lambda: ""))
    assert undeclared_views(app) == ["open"]


def test_every_public_route_is_meant_to_be() -> None:
    app = create_app(ApiSettings(signing_keys=new_signing_key(), v1_enabled=False, **NOWHERE))
    open_routes = {name for name, view in app.view_functions.items() if route_of(view).auth == "public"}
    assert open_routes == {
        "v2.installation.read_installation",
        "v2.users.sign_up",
        "v2.tokens.get_tokens",
        "v2.tokens.revoke_session",
        "v2.tokens.read_keys",
        "v2.documentation.read_openapi",
        "v2.documentation.read_documentation",
        "v2.documentation.read_documentation_asset",
    }


def test_a_declaration_outlives_every_wrapper() -> None:
    @auth_required
    @body(Greeting)
    @query(Tone)
    @returns(None, 204)
    def greet(greeting: Greeting, tone: Tone) -> None:
        """Greet."""

    route = route_of(greet)
    assert (route.auth, route.body, route.query, route.status) == ("user", Greeting, Tone, 204)


def test_a_view_without_a_place_for_its_body_is_refused() -> None:
    with pytest.raises(TypeError, match="no parameter of type Greeting"):

        @body(Greeting)
        def greet() -> None:
            """Greet."""


@pytest.mark.parametrize("path", ["/api/v2/nowhere", "/api/v2/installation/", "/api/v3/users", "/elsewhere"])
def test_an_unknown_path_is_a_problem(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 404


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(app: Flask) -> None:
    answer = app.test_client().delete("/api/v2/installation")
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_every_answer_has_a_request_id_and_keeps_a_good_one(app: Flask) -> None:
    client = app.test_client()
    given = client.get("/api/v2/installation", headers={"X-Request-ID": "a-good-request-id"})
    made = client.get("/api/v2/nowhere", headers={"X-Request-ID": "bad id <script>"})
    assert given.headers["X-Request-ID"] == "a-good-request-id"
    assert made.headers["X-Request-ID"] == made.json["request_id"] != "bad id <script>"  # type: ignore[index]


def test_a_missing_setting_stops_the_start() -> None:
    with pytest.raises(ValueError, match="signing_keys"):
        ApiSettings(**NOWHERE)


def test_an_unexpected_failure_tells_nothing_of_itself(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/api/v2/channels/1", headers={"Authorization": "Bearer x.y.z"})
    assert answer.status_code == 401
    assert openapi.__name__ not in answer.text
