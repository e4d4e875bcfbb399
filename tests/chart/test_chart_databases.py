"""Databases of the release's own, and of the person who installs it."""

from typing import Any

from charts import EXTERNAL, Object, Render, containers

USERS = ("flack-api", "flack-worker", "flack-beat")


def merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: merged(base.get(key), value) for key, value in over.items()}
    return over


def external(**sections: Object) -> Object:
    values: Object = merged(EXTERNAL, {name: {"external": given} for name, given in sections.items()})
    return values


def test_bundled_databases_take_the_made_passwords(render: Render) -> None:
    objects = render()

    password = {"secretKeyRef": {"name": "flack-keys", "key": "postgresql-password"}}
    database = objects.one("StatefulSet", "flack-postgresql")["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "POSTGRES_PASSWORD", "valueFrom": password} in database["env"]
    for name in USERS:
        environment = objects.environment(name)
        assert environment["PGPASSWORD"] == password
        assert environment["FLACK_DATABASE_URL"] == "postgresql+psycopg://flack@flack-postgresql:5432/flack"
        assert environment["FLACK_REDIS_URL"] == "redis://:$(REDIS_PASSWORD)@flack-redis:6379/0"


def test_the_bundled_volume_outlives_the_release(render: Render) -> None:
    for stateful in render().of("StatefulSet").values():
        assert stateful["spec"]["volumeClaimTemplates"]
        assert (
            "persistentVolumeClaimRetentionPolicy" not in stateful["spec"]
        )  # Kubernetes' default is to keep it


def test_external_databases_replace_the_bundled_ones(render: Render) -> None:
    objects = render(EXTERNAL)

    assert not objects.of("StatefulSet")
    environment = objects.environment("flack-api")
    assert environment["FLACK_DATABASE_URL"] == "postgresql+psycopg://flack@db.example.org:5432/flack"
    assert environment["PGPASSWORD"] == {"secretKeyRef": {"name": "db", "key": "password"}}
    assert environment["FLACK_REDIS_URL"] == "redis://:$(REDIS_PASSWORD)@redis.example.org:6379/0"
    assert environment["REDIS_PASSWORD"] == {"secretKeyRef": {"name": "cache", "key": "password"}}


def test_a_password_is_defined_before_the_url_that_holds_it(render: Render) -> None:
    for values in ({}, EXTERNAL):
        for deployment in ("flack-api", "flack-realtime"):
            names = list(render(values).environment(deployment))
            assert names.index("REDIS_PASSWORD") < names.index("FLACK_REDIS_URL")


def test_a_whole_url_may_come_from_a_secret(render: Render) -> None:
    objects = render(
        external(postgresql={"urlKey": "url"}, redis={"urlKey": "url", "existingSecret": "cache"})
    )

    environment = objects.environment("flack-worker")
    assert environment["FLACK_DATABASE_URL"] == {"secretKeyRef": {"name": "db", "key": "url"}}
    assert environment["FLACK_REDIS_URL"] == {"secretKeyRef": {"name": "cache", "key": "url"}}
    assert "PGPASSWORD" not in environment


def test_a_redis_without_a_password_is_reached_without_one(render: Render) -> None:
    environment = render(external(redis={"existingSecret": ""})).environment("flack-web")

    assert environment["FLACK_REDIS_URL"] == "redis://redis.example.org:6379/0"
    assert "REDIS_PASSWORD" not in environment


def test_tls_to_both_with_certificate_authorities(render: Render) -> None:
    objects = render(
        external(
            postgresql={"tls": {"mode": "verify-full", "caSecret": "db-ca"}},
            redis={"tls": {"enabled": True, "caSecret": "redis-ca"}},
        )
    )

    environment = objects.environment("flack-api")
    assert environment["PGSSLMODE"] == "verify-full"
    assert environment["PGSSLROOTCERT"] == "/etc/flack/postgresql/ca.crt"
    assert environment["FLACK_REDIS_URL"] == (
        "rediss://:$(REDIS_PASSWORD)@redis.example.org:6379/0"
        "?ssl_cert_reqs=required&ssl_ca_certs=/etc/flack/redis/ca.crt"
    )
    for name, pod in objects.pods().items():
        if name in ("Job/flack-make-secret", "Pod/flack-test"):
            continue
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in containers(pod):
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, name
            mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
            assert "/etc/flack/postgresql" in mounted, name
            assert "/etc/flack/redis" in mounted, name
