"""Serves a version's OpenAPI document and its documentation page. The page loads nothing from elsewhere.

`assets/` holds Swagger UI as published on npm (`swagger-ui-dist`, see `assets/README.md`), gzipped.
"""

import gzip
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import orjson
from flask import Blueprint, Response, request, url_for
from markupsafe import escape

from flack_api.http.auth import public
from flack_api.http.problems import Problem
from flack_api.http.routes import undescribed
from flack_api.openapi import Json

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<main id="documentation" data-document="{document}"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""


def documentation(*, title: str, document: Callable[[], Json]) -> Blueprint:
    """The routes `openapi.json`, `docs` and `docs/<asset>` of one API version."""
    pages = Blueprint("documentation", __name__)

    @pages.get("/openapi.json")
    @public
    @undescribed
    def read_openapi() -> Response:
        """This document."""
        response = Response(orjson.dumps(document()), content_type="application/json")
        response.add_etag()
        response.make_conditional(request)
        return response

    @pages.get("/docs")
    @public
    @undescribed
    def read_documentation() -> Response:
        """This API's documentation as a page."""
        text = PAGE.format(title=escape(title), document=url_for("." + read_openapi.__name__))
        return _page(Response(text, content_type="text/html; charset=utf-8"))

    @pages.get("/docs/<asset>")
    @public
    @undescribed
    def read_documentation_asset(asset: str) -> Response:
        """A file of the documentation page."""
        if asset not in ASSETS:
            raise Problem(404, "not_found", "There is no such file.")
        return _asset(asset)

    return pages


@cache
def _content(name: str) -> tuple[bytes, bool]:
    """An asset's bytes, and whether they are gzipped."""
    folder = files("flack_api.openapi") / "assets"
    packed = folder / f"{name}.gz"
    return (packed.read_bytes(), True) if packed.is_file() else ((folder / name).read_bytes(), False)


def _asset(name: str) -> Response:
    content, packed = _content(name)
    if packed and not request.accept_encodings.quality("gzip"):
        content, packed = gzip.decompress(content), False
    response = Response(content, content_type=ASSETS[name])
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.cache_control.public, response.cache_control.max_age = True, 86_400
    response.add_etag()
    response.make_conditional(request)
    return _page(response)


def _page(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
