"""The WebSocket upgrade (RFC 6455 section 4.2), and taking the socket away from the WSGI server."""

import _socket
import base64
import binascii
import hashlib
import logging
import os
import socket
from typing import Any
from wsgiref.types import WSGIEnvironment

log = logging.getLogger(__name__)

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

Socket = _socket.socket
"""A plain socket: gevent's own would add waiters, timeouts and a greenlet switch that nothing here needs."""


class BadUpgrade(Exception):
    """The request is no WebSocket upgrade that we speak."""


def switching_protocols(environ: WSGIEnvironment) -> bytes:
    """The 101 answer to an upgrade request. Names no extension: compression would undo the single framing.

    Raises BadUpgrade.
    """
    tokens = {part.strip() for part in environ.get("HTTP_CONNECTION", "").lower().split(",")}
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or "upgrade" not in tokens:
        raise BadUpgrade("not an upgrade")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise BadUpgrade("unknown WebSocket version")
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    try:
        nonce = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadUpgrade("bad key") from error
    if len(nonce) != 16:
        raise BadUpgrade("bad key")
    _check_plain(environ)
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _check_plain(environ: WSGIEnvironment) -> None:
    """Raise BadUpgrade where this server speaks TLS: its socket's descriptor carries what only TLS can read."""
    theirs = environ.get("gunicorn.socket")
    if hasattr(_shown(environ) if theirs is None else theirs, "do_handshake"):
        log.error("a WebSocket over TLS was refused: TLS must end at a proxy in front of this server")
        raise BadUpgrade("TLS must end in front of this server")


def take_socket(environ: WSGIEnvironment) -> tuple[Socket, bool]:
    """The request's socket as one of ours, non-blocking, and whether the WSGI server let go of it.

    gunicorn hands its socket over, and its greenlet ends. From gevent's pywsgi the descriptor is duplicated and the
    caller must hold the request open until the connection ends, or the server would read from it too.
    """
    theirs: Any = environ.get("gunicorn.socket")
    if theirs is not None:
        family, kind, proto = theirs.family, theirs.type, theirs.proto
        return _prepare(_socket.socket(family, kind, proto, fileno=theirs.detach())), True
    theirs = _shown(environ)
    if theirs is None:
        raise RuntimeError("this WSGI server does not show its socket; use gunicorn's gevent worker")
    descriptor = os.dup(theirs.fileno())
    return _prepare(_socket.socket(theirs.family, theirs.type, theirs.proto, fileno=descriptor)), False


def _shown(environ: WSGIEnvironment) -> Any:
    """The socket that gevent's pywsgi reads a request from."""
    body = environ["wsgi.input"]
    return getattr(getattr(getattr(body, "rfile", body), "raw", None), "_sock", None)


def _prepare(sock: Socket) -> Socket:
    sock.setblocking(False)
    if sock.family != socket.AF_UNIX:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
