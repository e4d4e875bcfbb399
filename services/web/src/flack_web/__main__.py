"""The entry point of the container: `python -m flack_web`."""


def main() -> None:
    """Serve until SIGTERM."""
    from gevent import monkey

    monkey.patch_all()
    from flack_kit.health import Health
    from flack_kit.server import serve
    from flack_kit.settings import load_settings
    from flask import Flask

    from flack_web.app import create_app
    from flack_web.settings import WebSettings

    settings = load_settings(WebSettings)

    def make(_health: Health) -> Flask:
        app = create_app(settings)
        made = app.extensions["flack"]
        made.shared_assets.start(made.assets)
        return app

    serve("web", settings, make)


if __name__ == "__main__":
    main()
