"""Databases of the release's own, and of the person who installs it."""

import re
from typing import Any

import pytest
from charts import EXTERNAL, VARIANTS, Object, Render, Rendered, containers, environment

USERS = ("flack-api", "flack-worker", "flack-beat")


def merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: merged(base.get(key), value) for key, value in over.items()}
    return over


def external(**sections: Object) -> Object:
    values: Object = merged(EXTERNAL, {name: {"external": given} for name, given in sections.items()})
    return values


def migration(objects: Rendered) -> dict[str, Any]:
    """The environment of the Job that migrates, without how long it waits."""
    found = environment(objects.pods()["Job/flack-migrate-1"]["containers"][0])
    del found["FLACK_MIGRATE_WAIT_SECONDS"]
    return found


def key(name: str, secret: str = "flack-keys") -> Object:
    return {"secretKeyRef": {"name": secret, "key": name}}


def test_bundled_databases_take_the_made_passwords(render: Render) -> None:
    objects = render()

    database = objects.pods()["StatefulSet/flack-postgresql"]["containers"][0]
    assert environment(database)["POSTGRES_PASSWORD"] == key("postgresql-password")
    for name in USERS:
        own = objects.environment(name)
        assert own["PGPASSWORD"] == key("postgresql-services-password")
        assert own["FLACK_DATABASE_URL"] == "postgresql+psycopg://flack_services@flack-postgresql:5432/flack"
        assert own["FLACK_REDIS_URL"] == "redis://:$(REDIS_PASSWORD)@flack-redis:6379/0"


def test_only_migrations_know_the_password_of_the_bundled_database_s_owner(render: Render) -> None:
    objects = render()

    assert {
        name
        for name, pod in objects.pods().items()
        for container in containers(pod)
        if key("postgresql-password") in environment(container).values()
    } == {"Job/flack-migrate-1", "StatefulSet/flack-postgresql"}
    migrates = migration(objects)
    assert migrates["FLACK_OWNER_DATABASE_URL"] == "postgresql+psycopg://flack@flack-postgresql:5432/flack"
    assert migrates["FLACK_OWNER_DATABASE_PASSWORD"] == key("postgresql-password")
    services = objects.environment("flack-api")
    for name in ("FLACK_DATABASE_URL", "PGPASSWORD"):  # whom it makes, and gives their rights to
        assert migrates[name] == services[name]


def test_a_secret_of_one_s_own_without_a_password_for_services_goes_on_working(render: Render) -> None:
    objects = render({"secrets": {"existingSecret": "mine"}})

    services = objects.environment("flack-api")
    assert services["FLACK_DATABASE_URL"] == "postgresql+psycopg://flack@flack-postgresql:5432/flack"
    assert services["PGPASSWORD"] == key("postgresql-password", "mine")
    assert "FLACK_OWNER_DATABASE_URL" not in migration(objects)


def test_a_secret_of_one_s_own_may_hold_a_password_for_services(render: Render) -> None:
    secrets = {"existingSecret": "mine", "keys": {"postgresqlServicesPassword": "narrow"}}
    objects = render({"secrets": secrets, "postgresql": {"database": "talk"}})

    services = objects.environment("flack-worker")
    assert services["FLACK_DATABASE_URL"] == "postgresql+psycopg://talk_services@flack-postgresql:5432/talk"
    assert services["PGPASSWORD"] == key("narrow", "mine")
    owner = "postgresql+psycopg://talk@flack-postgresql:5432/talk"
    assert migration(objects)["FLACK_OWNER_DATABASE_URL"] == owner


def test_one_login_to_an_external_database_is_everybody_s(render: Render) -> None:
    for values in (EXTERNAL, external(postgresql={"urlKey": "url"})):
        objects = render(values)
        services = objects.environment("flack-api")
        assert services.items() >= migration(objects).items()


def test_migrations_may_have_the_owner_s_login_to_an_external_database(render: Render) -> None:
    for given in ({}, {"urlKey": "url"}):
        objects = render(external(postgresql={"ownerUrlKey": "owner-url", **given}))

        migrates = migration(objects)
        assert migrates.pop("FLACK_OWNER_DATABASE_URL") == key("owner-url", "db")
        assert objects.environment("flack-api").items() >= migrates.items()
        for name in USERS:
            assert "FLACK_OWNER_DATABASE_URL" not in objects.environment(name)
        # Where the owner's URL leads is known to the Secret only.
        assert {} in objects.one("NetworkPolicy", "flack-migrate")["spec"]["egress"]


def test_the_bundled_database_takes_as_many_connections_as_the_values_say(render: Render) -> None:
    more = {"api": {"autoscaling": {"maxReplicas": 30}}, "postgresql": {"maxConnections": 420}}
    for values, most in (({}, 300), (more, 420)):
        database = render(values).pods()["StatefulSet/flack-postgresql"]["containers"][0]
        assert f"max_connections={most}" in database["args"]


@pytest.mark.parametrize("variant", ["defaults", "small", "kind"])
def test_the_bundled_valkey_refuses_writes_before_it_is_killed(render: Render, variant: str) -> None:
    cache = render(VARIANTS[variant]).pods()["StatefulSet/flack-redis"]["containers"][0]

    most = re.search(r"--maxmemory (\d+)mb ", cache["args"][0])
    assert most
    limit = int(cache["resources"]["limits"]["memory"].removesuffix("Mi"))
    assert 0.5 * limit <= int(most[1]) <= 0.65 * limit  # room for the copy that rewrites the log


def test_the_bundled_volume_outlives_the_release(render: Render) -> None:
    for stateful in render().of("StatefulSet").values():
        assert stateful["spec"]["volumeClaimTemplates"]
        assert (
            "persistentVolumeClaimRetentionPolicy" not in stateful["spec"]
        )  # Kubernetes' default is to keep it


def test_external_databases_replace_the_bundled_ones(render: Render) -> None:
    objects = render(EXTERNAL)

    assert not objects.of("StatefulSet")
    own = objects.environment("flack-api")
    assert own["FLACK_DATABASE_URL"] == "postgresql+psycopg://flack@db.example.org:5432/flack"
    assert own["PGPASSWORD"] == {"secretKeyRef": {"name": "db", "key": "password"}}
    assert own["FLACK_REDIS_URL"] == "redis://:$(REDIS_PASSWORD)@redis.example.org:6379/0"
    assert own["REDIS_PASSWORD"] == {"secretKeyRef": {"name": "cache", "key": "password"}}


def test_a_password_is_defined_before_the_url_that_holds_it(render: Render) -> None:
    for values in ({}, EXTERNAL):
        for deployment in ("flack-api", "flack-realtime"):
            names = list(render(values).environment(deployment))
            assert names.index("REDIS_PASSWORD") < names.index("FLACK_REDIS_URL")


def test_a_whole_url_may_come_from_a_secret(render: Render) -> None:
    objects = render(
        external(postgresql={"urlKey": "url"}, redis={"urlKey": "url", "existingSecret": "cache"})
    )

    own = objects.environment("flack-worker")
    assert own["FLACK_DATABASE_URL"] == {"secretKeyRef": {"name": "db", "key": "url"}}
    assert own["FLACK_REDIS_URL"] == {"secretKeyRef": {"name": "cache", "key": "url"}}
    assert "PGPASSWORD" not in own


def test_tls_counts_beside_a_whole_url_too(render: Render) -> None:
    tls = {"mode": "verify-full", "caSecret": "ca"}
    own = render(external(postgresql={"urlKey": "url", "tls": tls})).environment("flack-api")

    assert own["PGSSLMODE"] == "verify-full"
    assert own["PGSSLROOTCERT"] == "/etc/flack/postgresql/ca.crt"


def test_what_is_added_to_a_component_is_in_what_runs_before_it_too(render: Render) -> None:
    mount = {"name": "certificate", "mountPath": "/certificate"}
    added = {
        "env": {"PGSSLCERT": "/certificate/tls.crt", "FLACK_EXPORTS_PER_USER": 1_048_576},
        "extraEnv": [{"name": "PGOPTIONS", "value": "-c jit=off"}],
        "envFrom": [{"secretRef": {"name": "more"}}],
        "extraVolumes": [{"name": "certificate", "secret": {"secretName": "certificate"}}],
        "extraVolumeMounts": [mount],
    }
    pods = render({"api": added}).pods()

    api, migrate = pods["Deployment/flack-api"], pods["Job/flack-migrate-1"]
    for pod, container in (
        (api, api["initContainers"][0]),
        (api, api["containers"][0]),
        (migrate, migrate["containers"][0]),
    ):
        found = environment(container)
        assert (found["PGSSLCERT"], found["PGOPTIONS"]) == ("/certificate/tls.crt", "-c jit=off")
        assert found["FLACK_EXPORTS_PER_USER"] == "1048576"  # and not 1.048576e+06
        assert container["envFrom"] == added["envFrom"]
        assert mount in container["volumeMounts"]
        assert added["extraVolumes"][0] in pod["volumes"]


def test_a_redis_without_a_password_is_reached_without_one(render: Render) -> None:
    own = render(external(redis={"existingSecret": ""})).environment("flack-web")

    assert own["FLACK_REDIS_URL"] == "redis://redis.example.org:6379/0"
    assert "REDIS_PASSWORD" not in own


def test_tls_to_both_with_certificate_authorities(render: Render) -> None:
    objects = render(
        external(
            postgresql={"tls": {"mode": "verify-full", "caSecret": "db-ca"}},
            redis={"tls": {"enabled": True, "caSecret": "redis-ca"}},
        )
    )

    own = objects.environment("flack-api")
    assert own["PGSSLMODE"] == "verify-full"
    assert own["PGSSLROOTCERT"] == "/etc/flack/postgresql/ca.crt"
    assert own["FLACK_REDIS_URL"] == (
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
