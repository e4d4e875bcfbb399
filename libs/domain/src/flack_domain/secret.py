"""Random codes that are shown once and stored as hashes."""

import hashlib
import secrets


def new_code(prefix: str) -> str:
    """A code of 256 random bits, URL-safe, behind a prefix that tells people and scanners what it is."""
    return prefix + secrets.token_urlsafe(32)


def code_hash(code: str) -> bytes:
    """What is stored. A plain SHA-256 is enough: there are too many codes to guess."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
