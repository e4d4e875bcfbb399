"""The entry point of the container: `python -m flack_web`."""

from flack_kit.server import serve
from flack_kit.settings import load_settings

from flack_web.settings import WebSettings


def main() -> None:
    """Serve until told to stop."""
    settings = load_settings(WebSettings)

    from flack_web.app import create_app

    serve("web", settings, lambda health: create_app(settings))


if __name__ == "__main__":
    main()
