"""The whole installation behind its ingress: routes, limits, and children that die and come back."""

from functools import partial

import httpx2
from flack_local.stack import Stack
from servers import wait_until

PASSWORD = "a bicycle by the canal"


def get(stack: Stack, path: str, accept: str = "*/*") -> httpx2.Response:
    return httpx2.get(stack.url + path, headers={"Accept": accept}, timeout=30, trust_env=False)


eventually = partial(wait_until, seconds=30)


def installed(stack: Stack) -> bool:
    return get(stack, "/api/v2/installation").status_code == 200


def test_each_path_leads_to_its_service(stack: Stack) -> None:
    assert get(stack, "/api/v2/installation").json()["name"]
    assert "users" in get(stack, "/api/users").json()  # v1, and strangers may read here
    assert "requests_per_second" in get(stack, "/stats").json()
    assert get(stack, "/tasks/status/none").status_code == 404
    assert get(stack, "/socket.io/?EIO=4&transport=polling").text.startswith("0{")
    assert get(stack, "/robots.txt").text.startswith("User-agent")
    assert get(stack, "/sign-in", "text/html").headers["Content-Type"] == "text/html; charset=utf-8"


def test_what_services_say_to_each_other_cannot_be_reached(stack: Stack) -> None:
    key = (stack.layout.keys / "service").read_text()
    path = "/internal/memberships?users=1"
    inside = httpx2.get(stack.direct_url("api") + path, headers={"X-Flack-Service-Key": key}, timeout=30)
    assert inside.status_code != 401
    for sneaky in (path, "/api/../internal/memberships?users=1", "/api/%2e%2e/internal/memberships?users=1"):
        answer = httpx2.get(stack.url + sneaky, headers={"X-Flack-Service-Key": key}, timeout=30)
        assert answer.status_code == 404, sneaky


def test_a_mebibyte_reaches_api_which_says_itself_that_it_is_too_much(stack: Stack) -> None:
    body = b'{"nickname": "' + b"a" * 2**20 + b'"}'
    for path in ("/api/v2/users", "/api/users"):
        answer = httpx2.post(
            stack.url + path, content=body, headers={"Content-Type": "application/json"}, timeout=30
        )
        assert answer.status_code in (400, 413)
        assert "json" in answer.headers["Content-Type"]


def test_an_aliased_header_does_not_pass(stack: Stack) -> None:
    headers = {"X_Request_ID": "smuggled-request-id"}
    httpx2.get(stack.url + "/api/v2/installation", headers=headers, timeout=30)
    passed = {"X-Request-ID": "straight-request-id"}
    httpx2.get(stack.url + "/api/v2/installation", headers=passed, timeout=30)
    eventually(lambda: "straight-request-id" in stack.log("api"))
    assert "smuggled-request-id" not in stack.log("api")


def test_while_api_is_away_everybody_is_told_when_to_come_back(stack: Stack) -> None:
    stack.kill("api")
    try:
        problem = get(stack, "/api/v2/installation")
        assert (problem.status_code, problem.headers["Retry-After"]) == (503, "2")
        assert problem.json()["code"] == "unavailable"
        assert get(stack, "/api/users").json()["error"]
        page = get(stack, "/sign-up", "text/html")
        assert page.status_code in (200, 503)  # web knows the installation for a few seconds
    finally:
        stack.start("api")
    eventually(lambda: installed(stack))


def test_postgres_may_be_killed_and_comes_back_with_what_was_acknowledged(stack: Stack) -> None:
    made = httpx2.post(
        stack.url + "/api/v2/users", json={"nickname": "kept", "password": PASSWORD}, timeout=30
    )
    assert made.status_code == 201
    stack.kill("postgres")
    try:
        away = httpx2.post(
            stack.url + "/api/v2/users", json={"nickname": "away", "password": PASSWORD}, timeout=30
        )
        assert away.status_code == 503
        assert int(away.headers["Retry-After"]) > 0
    finally:
        stack.start("postgres")
    sign_in = {"grant": "password", "nickname": "kept", "password": PASSWORD}
    eventually(lambda: httpx2.post(stack.url + "/api/v2/tokens", json=sign_in, timeout=30).status_code == 200)


def test_a_suspended_child_goes_on_after_it_is_resumed(stack: Stack) -> None:
    stack.suspend("redis")
    try:
        assert installed(stack)  # no request needs redis to be answered
    finally:
        stack.resume("redis")
    eventually(lambda: installed(stack))


def test_every_process_tells_its_metrics(stack: Stack) -> None:
    for name in ("api", "web", "realtime", "worker", "beat"):
        metrics = httpx2.get(stack.metrics_url(name) + "/metrics", timeout=30).text
        assert "flack_" in metrics or "python_info" in metrics
