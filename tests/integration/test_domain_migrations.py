"""The schema: made from nothing, by several at once, and the same as the models say."""

import threading

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flack_domain import migrate
from flack_domain.models import Base
from sqlalchemy import create_engine, text


def test_migrating_from_nothing_at_once_and_twice(empty_database_url: str) -> None:
    start, failures = threading.Barrier(3), []

    def run() -> None:
        start.wait(10)
        try:
            migrate.upgrade(empty_database_url)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        named = connection.execute(text("select name, kind, is_general from channels")).all()
        assert [tuple(row) for row in named] == [("general", "public", True)]
    engine.dispose()


def test_the_migrated_schema_is_that_of_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
