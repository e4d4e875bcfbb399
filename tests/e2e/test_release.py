"""The life of a release, told in order: installed, used, upgraded, hurt, removed, installed again."""

import pytest
from cluster import SERVICES, Cluster, Release, Values, until
from kubernetes.client import ApiException
from load import Load
from people import Listener, Person, is_routed, two_people_chat


@pytest.fixture(scope="module")
def crowd(release: Release, url: str) -> list[Person]:
    """Three people."""
    return [Person(url).sign_up() for _ in range(3)]


def with_load(crowd: list[Person]) -> tuple[Load, list[Listener]]:
    people = crowd
    for one in people:
        one.sign_in()
    fresh = people[0].make_channel(f"load {people[0].token[-6:]}")
    for one in people[1:]:
        one.join(fresh)
    listeners = [Listener(one) for one in people]
    return Load(people, listeners, fresh), listeners


def doubled(values: Values) -> Values:
    """Two pods of each service, so that each can lose one."""
    return {**values, "defaults": {**values["defaults"], "replicas": 2}}


def next_version(values: Values) -> Values:
    """Other images of all services, and with them a further migration: see next/Dockerfile."""
    return {**values, "image": {"tag": "next"}}


def images(cluster: Cluster, component: str) -> set[str]:
    return {pod.spec.containers[0].image.rpartition(":")[2] for pod in cluster.pods(component)}


def test_it_is_ready_and_nothing_was_refused_by_pod_security(release: Release, cluster: Cluster) -> None:
    assert cluster.all_ready()
    assert [warning for warning in cluster.warnings() if "violates PodSecurity" in warning] == []


def test_helm_test_passes(release: Release) -> None:
    assert "5 passed, 0 failed" in release.test()


def test_a_page_is_served(person: Person) -> None:
    page = person.page()

    assert page.status_code == 200
    assert "<!doctype html" in page.text.lower()


def test_internal_paths_are_not_reached_from_outside(person: Person) -> None:
    assert person.page("/internal/memberships?users=1").status_code == 404


def test_two_people_chat(release: Release, url: str) -> None:
    two_people_chat(url)


def test_services_connect_as_a_role_that_owns_nothing(release: Release, cluster: Cluster) -> None:
    ours = "datname = 'flack' and pid <> pg_backend_pid() and backend_type = 'client backend'"

    assert cluster.sql(f"select distinct usename from pg_stat_activity where {ours}") == "flack_services"
    assert cluster.sql("select distinct tableowner from pg_tables where schemaname = 'public'") == "flack"


def test_who_is_not_signed_in_gets_no_connection(release: Release, url: str) -> None:
    stranger = Person(url)
    stranger.token = "forged"

    with pytest.raises(Exception, match=r"connect|refused|invalid"), Listener(stranger):
        pytest.fail("a connection with a forged token")


def test_an_upgrade_with_a_migration_under_load_fails_nothing_and_keeps_the_secrets(
    release: Release, cluster: Cluster, values: Values, crowd: list[Person]
) -> None:
    release.upgrade(doubled(values))
    secrets = cluster.secret("flack-keys")
    load, listeners = with_load(crowd)

    with listeners[0], listeners[1], listeners[2], load:
        until("the first messages", lambda: len(load.said) > 5)
        release.upgrade(next_version(doubled(values)))

    load.reckon()
    assert cluster.secret("flack-keys") == secrets
    assert {tag for name in SERVICES for tag in images(cluster, name)} == {"next"}
    assert cluster.sql("select version_num from alembic_version") == "9999"


def test_a_rollback_under_load_fails_nothing(release: Release, cluster: Cluster, crowd: list[Person]) -> None:
    load, listeners = with_load(crowd)

    with listeners[0], listeners[1], load:
        until("the first messages", lambda: len(load.said) > 5)
        release.rollback(release.revision() - 1)

    load.reckon()
    assert "next" not in {tag for name in SERVICES for tag in images(cluster, name)}
    assert "schema_newer_than_code" in cluster.last_log("migrate")


@pytest.mark.parametrize("service", [*SERVICES, "beat"])
def test_losing_each_pod_of_a_service_in_turn_under_load_fails_nothing(
    release: Release, cluster: Cluster, crowd: list[Person], service: str
) -> None:
    load, listeners = with_load(crowd)

    with listeners[0], listeners[1], load:
        until("the first messages", lambda: len(load.said) > 5)
        cluster.replace_pods(service)

    load.reckon()


def test_a_database_that_comes_late_is_waited_for(release: Release, cluster: Cluster) -> None:
    def scale(replicas: int) -> None:
        cluster.apps.patch_namespaced_stateful_set_scale(
            "flack-postgresql", cluster.namespace, {"spec": {"replicas": replicas}}
        )

    scale(0)
    until("the database's end", lambda: not cluster.pods("postgresql"))
    for pod in cluster.pods("beat"):
        cluster.core.delete_namespaced_pod(pod.metadata.name, cluster.namespace)

    (waiting,) = until("a new beat", lambda: [p for p in cluster.pods("beat") if p.status.start_time])

    def said() -> str:
        try:
            return cluster.logs(waiting.metadata.name, "wait-for-schema")
        except ApiException:  # its container is not there yet
            return ""

    assert "waiting for the database" in until("what beat says", said)

    scale(1)
    until("beat", lambda: cluster.ready_pods("beat"))
    until("everything", cluster.all_ready)


def test_after_removal_and_a_new_installation_the_chat_is_there(
    release: Release, cluster: Cluster, values: Values, url: str
) -> None:
    person = Person(url).sign_up()
    channel = person.make_channel("kept")
    person.say(channel, "still here?", key="kept")

    release.uninstall()
    until("every pod's end", lambda: not cluster.core.list_namespaced_pod(cluster.namespace).items)
    release.install(values)
    until("every route", lambda: is_routed(url))

    person.sign_in()
    assert [message["source"] for message in person.read(channel)] == ["still here?"]


def test_nothing_is_left_behind(release: Release, cluster: Cluster) -> None:
    release.uninstall()

    left = cluster.core.list_namespaced_service(cluster.namespace).items
    assert [item.metadata.name for item in left] == []
    assert cluster.batch.list_namespaced_job(cluster.namespace).items == []

    cluster.delete_namespace()
    until("the namespace's end", cluster.namespace_is_gone, seconds=180)

    def volumes() -> set[str]:
        return {item.spec.claim_ref.namespace for item in cluster.core.list_persistent_volume().items}

    until("the volumes' end", lambda: cluster.namespace not in volumes())
