"""The entry point of the container: `python -m flack_realtime`."""


def main() -> None:
    """Serve until SIGTERM."""
    from gevent import monkey

    monkey.patch_all()
    from flack_kit.server import serve
    from flack_kit.settings import load_settings

    from flack_realtime.app import create_app
    from flack_realtime.settings import RealtimeSettings

    settings = load_settings(RealtimeSettings)
    serve(
        "realtime",
        settings,
        lambda health: create_app(settings, health),
        on_drain=lambda app: app.extensions["flack"].drain(),
        backlog=4096,
    )


if __name__ == "__main__":
    main()
