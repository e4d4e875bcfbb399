"""Who asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person on whose behalf something is done; made of an access token's claims, without a query."""

    id: int
    role: str = "member"

    @property
    def is_administrator(self) -> bool:
        """Whether they administrate the installation. This opens no private channel to them."""
        return self.role == "administrator"
