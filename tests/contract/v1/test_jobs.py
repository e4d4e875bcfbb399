"""flack-v1 section 6: asynchronous requests."""

from __future__ import annotations

import pytest

from .client import V1, Account, eventually


def job_of(location: str) -> str:
    return location.rsplit("/", 1)[1]


def test_the_location_is_the_status_resource_and_its_id_unguessable(v1: V1, ann: Account) -> None:
    seen = set()
    for _ in range(3):
        accepted = v1.post("/messages", ann.token, json={"source": "x"})
        assert accepted.status_code == 202
        assert accepted.headers["Location"].startswith(v1.url + v1.status_path)
        seen.add(job_of(accepted.headers["Location"]))
        v1.finish(accepted)
    assert len(seen) == 3
    assert all(len(job) >= 20 for job in seen)


@pytest.mark.parametrize(
    "unknown", ["3f2b8f5e-7d0c-4c7e-9a1f-0b1e0a6f2c11", "x", "1", "0" * 32, "%00", "a" * 3000, "%F0%9F%92%A9"]
)
def test_an_unknown_id_is_404(v1: V1, unknown: str) -> None:
    answer = v1.get("/" + v1.status_path + unknown)
    assert answer.status_code == 404
    assert isinstance(answer.json()["error"], str)


def test_a_finished_job_replays_its_own_answer_repeatably(v1: V1, ann: Account) -> None:
    accepted = v1.post("/messages", ann.token, json={"source": "replayed"})
    first = v1.finish(accepted)
    assert first.status_code == 201
    assert first.headers["Location"].endswith(f"/messages/{first.json()['id']}")
    edited = v1.finish(v1.put(f"/messages/{first.json()['id']}", ann.token, json={"source": "edited"}))
    assert edited.status_code == 204
    again = v1.finish(accepted)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
def test_no_credentials_are_needed_and_a_token_is_ignored(
    v1: V1, ann: Account, headers: dict[str, str]
) -> None:
    accepted = v1.post("/messages", ann.token, json={"source": "x"})
    status = "/" + v1.status_path + job_of(accepted.headers["Location"])
    eventually(lambda: v1.get(status, headers=headers).status_code == 201, "the job is finished")


def test_every_kind_of_answer_is_kept(v1: V1, ann: Account, bea: Account) -> None:
    theirs = v1.say(bea, "theirs")["id"]
    mine = v1.say(ann, "mine")["id"]
    for accepted, status in [
        (v1.put(f"/messages/{mine}", ann.token, json={"source": "new"}), 204),
        (v1.put(f"/messages/{mine}", ann.token, json={"source": None}), 400),
        (v1.put(f"/messages/{theirs}", ann.token, json={"source": "new"}), 403),
        (v1.put("/messages/999999999", ann.token, json={"source": "new"}), 404),
        (v1.post("/messages", ann.token, json={}), 400),
    ]:
        for _ in range(2):
            answer = v1.finish(accepted)
            assert answer.status_code == status
            assert (answer.content == b"") == (status == 204)


def test_303_is_never_used(v1: V1, ann: Account) -> None:
    accepted = v1.post("/messages", ann.token, json={"source": "x"})
    status = "/" + v1.status_path + job_of(accepted.headers["Location"])

    def answer() -> int:
        response = v1.get(status)
        assert response.status_code in (202, 201)
        if response.status_code == 202:
            assert response.content == b""
            assert response.headers["Location"] == v1.url + status[1:]
        return response.status_code

    eventually(lambda: answer() == 201, "the job is finished")
