"""Headers of every answer, and who may change anything: only pages of this very origin."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def protect(app: Flask) -> None:
    """Check the origin of each request that changes something, and set the headers of each answer."""

    @app.before_request
    def refuse_other_origins() -> None:
        if request.method not in SAFE_METHODS and not _same_origin():
            abort(403, "This was not sent by a page of this address.")

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
        return response


def _same_origin() -> bool:
    """Every browser sends `Origin` with POST and DELETE, and current ones `Sec-Fetch-Site` (Fetch Metadata).

    Where both are missing it is no browser, and nobody else has a cookie to protect, but then nothing is lost either
    by refusing.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc.lower() == request.host.lower()
