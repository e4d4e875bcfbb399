"""`python serve.py flack|flask`: a server of the comparison, as production runs api: gunicorn, one gevent worker.

`flack` is the service itself with the plain views added; `flask` is a bare application that has only those.
Settings come from the environment, as the service reads them.
"""

from gevent import monkey

monkey.patch_all()  # before all else, as the service's entry point does it

import sys  # noqa: E402
from typing import Any  # noqa: E402

from flack_api.app import create_app  # noqa: E402
from flack_api.database import connect_database  # noqa: E402
from flack_api.settings import ApiSettings  # noqa: E402
from flack_kit.server import serve  # noqa: E402
from flack_kit.settings import load_settings  # noqa: E402
from flask import Flask  # noqa: E402
from plain import add_models_view, add_plain_views  # noqa: E402


def main(name: str) -> None:
    """Serve until SIGTERM."""
    settings = load_settings(ApiSettings)

    def make(_health: Any) -> Flask:
        app = create_app(settings) if name == "flack" else Flask("bare")
        add_plain_views(app, connect_database(settings))
        if name == "flack":
            add_models_view(app)
        return app

    serve("api", settings, make)


if __name__ == "__main__":
    main(sys.argv[1])
