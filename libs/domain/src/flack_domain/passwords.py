"""argon2id passwords."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

Result = TypeVar("Result")
MAX_CHARACTERS = 1024


def _direct(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    return function(*arguments)


class Passwords:
    """Hashes and checks passwords, away from the event loop where `offload` says so.

    `offload(function, arguments)` runs a function elsewhere and waits for it; under gevent it is the `apply` of the
    hub's thread pool. argon2 takes some 30 ms of CPU and lets go of the interpreter's lock meanwhile.

    The costs are OWASP's second choice for argon2id: a tenth of an api pod's memory for ten sign-ins at once, and one
    core each. A hash is checked at the cost that it was made with, so whoever makes one leaves them as they are.
    """

    def __init__(
        self,
        offload: Callable[[Callable[..., Any], tuple[Any, ...]], Any] = _direct,
        *,
        time_cost: int = 2,
        memory_kib: int = 19_456,
        parallelism: int = 1,
    ) -> None:
        self._offload = offload
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)

    def hash(self, password: str) -> str:
        """The text to store."""
        return str(self._offload(self._hasher.hash, (_bytes(password),)))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password. Takes as long where nobody has that name (`stored` is None)."""
        matches = bool(self._offload(self._matches, (stored or self._nobody, _bytes(password))))
        return matches and stored is not None

    def _matches(self, stored: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobody(self) -> str:
        return self.hash("nobody has this password")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
