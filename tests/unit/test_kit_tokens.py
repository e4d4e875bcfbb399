"""Access tokens are checked offline: good ones pass, every kind of bad one is refused, keys rotate."""

import base64
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flack_kit.jwt import InvalidToken, Signer, Verifier


def new_key() -> str:
    return (
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    )


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "flack", "aud": "flack", "sub": "3", "sid": "44", "role": "member",
        "iat": now, "exp": now + 600, **changes,
    }  # fmt: skip


def verifier_of(signer: Signer) -> Verifier:
    return Verifier(signer.key_set, issuer="flack", audience="flack")


def test_a_signed_token_is_read_by_who_only_has_the_public_keys() -> None:
    signer = Signer(new_key())
    assert verifier_of(signer).claims(signer.sign(claims()))["sub"] == "3"


def test_an_expired_token_says_that_it_expired() -> None:
    signer = Signer(new_key())
    with pytest.raises(InvalidToken) as refused:
        verifier_of(signer).claims(signer.sign(claims(exp=int(time.time()) - 1)))
    assert refused.value.expired


def segment(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(signer: Signer) -> dict[str, str]:
    key = base64.urlsafe_b64decode(signer.key_set()["keys"][0]["x"] + "==")
    kid = {"kid": signer.key_set()["keys"][0]["kid"]}
    header, body, signature = signer.sign(claims()).split(".")
    other_body = segment(b'{"sub":"1"}')
    rsa = generate_private_key(65537, 2048)
    return {
        "another key": Signer(new_key()).sign(claims()),
        "our kid, another key": jwt.encode(
            claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=kid
        ),
        "alg none": jwt.encode(claims(), None, algorithm="none", headers=kid),
        "HMAC with the public key": jwt.encode(claims(), key, algorithm="HS256", headers=kid),
        "RSA": jwt.encode(claims(), rsa, algorithm="RS256", headers=kid),
        "changed body": f"{header}.{other_body}.{signature}",
        "no signature": f"{header}.{body}.",
        "other issuer": signer.sign(claims(iss="other")),
        "other audience": signer.sign(claims(aud="other")),
        "kid is a number": jwt.encode(claims(), rsa, algorithm="RS256", headers={"kid": "7"}),
        "a header of another shape": f"{segment(b'[]')}.{body}.{signature}",
        "a header without end": f"{segment(b'[' * 2_000)}.{body}.{signature}",
        "empty": "",
        "words": "not a token",
        "huge": "a" * 100_000,
    }


@pytest.mark.parametrize("kind", forged(Signer(new_key())))
def test_a_forged_token_is_refused(kind: str) -> None:
    signer = Signer(new_key())
    with pytest.raises(InvalidToken):
        verifier_of(signer).claims(forged(signer)[kind])


def test_after_a_rotation_tokens_of_both_keys_are_good() -> None:
    old, new = new_key(), new_key()
    before, after = Signer(old), Signer(new + old)
    verifier = verifier_of(after)

    assert verifier.claims(before.sign(claims()))["sub"] == "3"
    assert verifier.claims(after.sign(claims()))["sub"] == "3"


def test_known_keys_stay_good_while_api_is_away() -> None:
    signer = Signer(new_key())
    answers: list[dict[str, Any]] = [signer.key_set()]

    def fetch() -> dict[str, Any]:
        if not answers:
            raise ConnectionError("api is away")
        return answers.pop()

    verifier = Verifier(fetch, issuer="flack", audience="flack")
    assert verifier.claims(signer.sign(claims()))
    assert verifier.claims(signer.sign(claims()))


def test_api_away_before_any_key_was_had_is_an_error_of_its_own() -> None:
    def fetch() -> dict[str, Any]:
        raise ConnectionError("api is away")

    with pytest.raises(ConnectionError):
        Verifier(fetch, issuer="flack", audience="flack").claims(Signer(new_key()).sign(claims()))


@pytest.mark.parametrize(
    "pem", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_a_signer_without_a_usable_key_does_not_start(pem: str) -> None:
    with pytest.raises(ValueError):
        Signer(pem)
