"""An installation with databases of its owner's: the chart brings none, and reads their passwords from Secrets."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from cluster import Cluster, Release, Values, own_namespace, until
from conftest import small
from helm_python import HelmError
from hosts import Ingress
from people import two_people_chat

PASSWORD = "p@ss/wörd: 'quoted' %41"
SERVICES_PASSWORD = "another: 'quoted' %41"
REDIS_PASSWORD = "plain-password_1~"


@pytest.fixture(scope="module")
def other() -> Iterator[Cluster]:
    """Another namespace, with a PostgreSQL and a Valkey that somebody runs there."""
    with own_namespace() as made:
        owner = f"postgresql+psycopg://chat:{quote(PASSWORD, safe='')}@my-postgresql:5432/talk"
        keys = {"password": PASSWORD, "services-password": SERVICES_PASSWORD, "owner-url": owner}
        make_secret(made, "my-postgresql", keys)
        make_secret(made, "my-redis", {"password": REDIS_PASSWORD})
        make_server(made, "my-postgresql", postgresql())
        make_server(made, "my-redis", valkey())
        yield made
    until("the namespace's end", made.namespace_is_gone, seconds=180)


def make_secret(cluster: Cluster, name: str, values: dict[str, str]) -> None:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    cluster.core.create_namespaced_secret(cluster.namespace, {"metadata": {"name": name}, "data": data})


def make_server(cluster: Cluster, name: str, container: dict[str, Any]) -> None:
    security = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 999,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    labels = {"server": name}
    volumes = [{"name": "data", "emptyDir": {}}]
    spec = {
        "securityContext": {"fsGroup": 999},
        "volumes": volumes,
        "containers": [{"name": "server", "securityContext": security, **container}],
    }
    cluster.core.create_namespaced_pod(
        cluster.namespace, {"metadata": {"name": name, "labels": labels}, "spec": spec}
    )
    port = container["ports"][0]["containerPort"]
    cluster.core.create_namespaced_service(
        cluster.namespace,
        {"metadata": {"name": name}, "spec": {"selector": labels, "ports": [{"port": port}]}},
    )


def postgresql() -> dict[str, Any]:
    password = {"secretKeyRef": {"name": "my-postgresql", "key": "password"}}
    return {
        "image": "postgres:17",
        "ports": [{"containerPort": 5432}],
        "env": [
            {"name": "POSTGRES_USER", "value": "chat"},
            {"name": "POSTGRES_DB", "value": "talk"},
            {"name": "POSTGRES_PASSWORD", "valueFrom": password},
            {"name": "LANG", "value": "C.UTF-8"},
            {"name": "PGDATA", "value": "/data/pg"},
        ],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }


def valkey() -> dict[str, Any]:
    return {
        "image": "valkey/valkey:8.1",
        "ports": [{"containerPort": 6379}],
        "args": ["valkey-server", "--requirepass", REDIS_PASSWORD, "--dir", "/data"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }


@pytest.fixture
def external(other: Cluster) -> Values:
    """Values that name these databases."""
    database = {
        "host": "my-postgresql",
        "database": "talk",
        "username": "chat",
        "existingSecret": "my-postgresql",
    }
    queue = {"host": "my-redis", "existingSecret": "my-redis"}
    return {
        **small(f"{other.namespace}.example.org"),
        "postgresql": {"enabled": False, "external": database},
        "redis": {"enabled": False, "external": queue},
    }


def test_a_secret_without_the_key_is_named(other: Cluster, external: Values) -> None:
    external["redis"]["external"]["passwordKey"] = "pass"

    with pytest.raises(
        HelmError, match=r"redis\.external\.existingSecret: the Secret my-redis has no key pass"
    ):
        Release(other.namespace).install(external, wait=False)

    assert (
        other.core.list_namespaced_service_account(
            other.namespace, label_selector="app.kubernetes.io/name=flack"
        ).items
        == []
    )


def test_it_chats_on_external_databases_and_brings_none(
    other: Cluster, external: Values, ingress: Ingress
) -> None:
    release = Release(other.namespace)
    release.install(external)

    two_people_chat(ingress.url(f"{other.namespace}.example.org"))

    assert other.apps.list_namespaced_stateful_set(other.namespace).items == []
    release.uninstall()


def test_an_upgrade_gives_services_a_role_of_their_own(
    other: Cluster, external: Values, ingress: Ingress
) -> None:
    release = Release(other.namespace)
    release.install(external)
    narrow = {"username": "narrow", "passwordKey": "services-password", "ownerUrlKey": "owner-url"}
    external["postgresql"]["external"].update(narrow)

    release.upgrade(external)

    two_people_chat(ingress.url(f"{other.namespace}.example.org"))
    ours = "datname = 'talk' and pid <> pg_backend_pid() and backend_type = 'client backend'"
    who = f"select distinct usename from pg_stat_activity where {ours}"
    query = ("psql", "-U", "chat", "-d", "talk", "-tAc")
    # Pods of the version before, which were the owner, may still be leaving.
    until("nobody but the role", lambda: other.run("my-postgresql", *query, who) == "narrow")
    release.uninstall()


def test_a_wrong_password_is_said_in_the_log_and_the_termination_message(
    other: Cluster, external: Values
) -> None:
    make_secret(other, "wrong", {"password": "wrong"})
    external["postgresql"]["external"]["existingSecret"] = "wrong"
    release = Release(other.namespace)
    release.install(external, wait=False)

    def ended() -> Any:
        for pod in other.pods("api"):
            for status in pod.status.init_container_statuses or []:
                if status.last_state.terminated:
                    return pod.metadata.name, status.last_state.terminated.message
        return None

    refused = "the database refused the login"
    name, message = until("the first end of wait-for-schema", ended)
    assert refused in message
    # Between two tries the log is that of the one that has just begun.
    until("the log of a try", lambda: refused in other.logs(name, "wait-for-schema"))
    release.uninstall()
