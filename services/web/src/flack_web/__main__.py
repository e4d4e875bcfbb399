"""The entry point of the container: `python -m flack_web`."""


def main() -> None:
    """Serve until SIGTERM."""
    from gevent import monkey

    monkey.patch_all()
    from flack_kit.server import serve
    from flack_kit.settings import load_settings

    from flack_web.app import create_app
    from flack_web.settings import WebSettings

    settings = load_settings(WebSettings)
    serve("web", settings, lambda _health: create_app(settings))


if __name__ == "__main__":
    main()
