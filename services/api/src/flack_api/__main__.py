"""`python -m flack_api` serves; `python -m flack_api migrate` brings the database to the newest schema."""

import sys
from typing import Any


def main() -> None:
    """Run the command that the arguments name."""
    command = sys.argv[1] if len(sys.argv) > 1 else "serve"
    if command == "serve":
        serve_api()
    elif command == "migrate":
        migrate_database()
    else:
        sys.exit(f"flack_api: unknown command {command!r}; there are serve and migrate")


def serve_api() -> None:
    """Serve until SIGTERM."""
    from gevent import monkey

    # Before anything else is imported: psycopg chooses how it waits when it is imported.
    monkey.patch_all()
    from flack_kit.server import serve
    from flack_kit.settings import load_settings

    from flack_api.app import create_app
    from flack_api.settings import ApiSettings

    def finish(_server: Any, worker: Any) -> None:
        worker.wsgi.extensions["flack_services"].close()

    settings = load_settings(ApiSettings)
    serve("api", settings, lambda _health: create_app(settings), worker_exit=finish)


def migrate_database() -> None:
    """Wait for PostgreSQL, then run the migrations that are missing. Safe to run twice and side by side."""
    from flack_kit.logging import configure_logging
    from flack_kit.settings import load_settings

    from flack_api.migrate import migrate
    from flack_api.settings import MigrateSettings

    settings = load_settings(MigrateSettings)
    configure_logging("api-migrate", level=settings.log_level, log_format=settings.log_format)
    migrate(settings)


if __name__ == "__main__":
    main()
