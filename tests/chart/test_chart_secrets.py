"""Keys and passwords: made once, kept, or taken from where the person says."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from charts import CHART, EXTERNAL, Render
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_secret", CHART / "files" / "make_secret.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_made_signing_key_is_an_ed25519_key(script: ModuleType) -> None:
    first, second = script.signing_key(), script.signing_key()

    assert isinstance(load_pem_private_key(first.encode(), None), Ed25519PrivateKey)
    assert first != second


def test_the_job_makes_every_key_that_pods_read(render: Render) -> None:
    objects = render()
    job = objects.one("Job", "flack-make-secret")["spec"]["template"]["spec"]["containers"][0]
    environment = {item["name"]: item["value"] for item in job["env"]}

    made = set(json.loads(environment["KEYS"]).values())
    read = {
        item["valueFrom"]["secretKeyRef"]["key"]
        for pod in objects.pods().values()
        for container in pod["containers"]
        for item in container.get("env", [])
        if "secretKeyRef" in item.get("valueFrom", {})
    }

    assert environment["SECRET"] == "flack-keys"
    assert made == read


def test_a_secret_of_an_older_version_is_given_what_it_lacks_and_keeps_the_rest(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "namespace").write_text("chat")
    monkeypatch.setattr(script, "ACCOUNT", str(tmp_path))
    asked: list[tuple[str, str, Any]] = []

    def api_server(method: str, path: str, body: Any = None) -> Any:
        asked.append((method, path, body))
        return {"data": {"postgresql-password": "b2xk"}}

    monkeypatch.setattr(script, "call", api_server)

    keys = {"postgresqlPassword": "postgresql-password", "postgresqlServicesPassword": "services"}
    assert script.ensure("flack-keys", keys) == ["services"]
    method, path, body = asked[-1]
    assert (method, path) == ("PATCH", "/api/v1/namespaces/chat/secrets/flack-keys")
    assert body["stringData"].keys() == {"services"} and len(body["stringData"]["services"]) > 40


def test_no_password_is_made_for_a_database_of_somebody_else(render: Render) -> None:
    job = render(EXTERNAL).one("Job", "flack-make-secret")["spec"]["template"]["spec"]["containers"][0]
    keys = json.loads({item["name"]: item["value"] for item in job["env"]}["KEYS"])

    assert set(keys) == {"signingKeys", "serviceKey", "sessionKey"}


def test_the_job_may_touch_no_other_secret(render: Render) -> None:
    rules = render().one("Role", "flack-make-secret")["rules"]

    for rule in rules:
        assert rule["resources"] == ["secrets"]
        assert rule["verbs"] == ["create"] or rule["resourceNames"] == ["flack-keys"]


def test_a_secret_of_one_s_own_is_taken_and_none_is_made(render: Render) -> None:
    objects = render({"secrets": {"existingSecret": "mine", "keys": {"sessionKey": "cookie"}}})

    assert "flack-make-secret" not in objects.of("Job")
    assert "flack-make-secret" not in objects.of("ServiceAccount")
    session_key = {"secretKeyRef": {"name": "mine", "key": "cookie"}}
    assert objects.environment("flack-web")["FLACK_SESSION_KEY"] == session_key


def test_the_job_s_script_is_the_file(render: Render) -> None:
    script = render().one("ConfigMap", "flack-make-secret")["data"]["make_secret.py"]

    assert script.strip() == (CHART / "files" / "make_secret.py").read_text().strip()
