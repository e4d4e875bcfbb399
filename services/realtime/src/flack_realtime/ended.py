"""Which sessions have ended while access tokens of theirs still look good.

`flack:control` tells of each at once. A process that began later, or could not hear Redis, learns of them here: from
api, which has them from PostgreSQL, every few seconds. Until it has asked once, each connect asks for its own session.
"""

from collections.abc import Callable

import gevent
from flack_contracts.tokens import ACCESS_TOKEN_SECONDS
from flack_kit.logging import get_logger

from flack_realtime.api import ApiAway, InternalApi

log = get_logger(__name__)

_ASK_SECONDS = 4.0
"""Less than the five seconds within which the sockets of a session that has ended are closed."""
_AGAIN_SECONDS = 1.0
_OVERLAP_SECONDS = 60.0
"""Asked for again each time: transactions that were not yet committed, clocks of other machines."""
_KEEP_SECONDS = ACCESS_TOKEN_SECONDS + _OVERLAP_SECONDS


class Ended:
    """The sessions that have ended within the life of an access token."""

    def __init__(self, api: InternalApi, now: Callable[[], float]) -> None:
        self._api, self._now = api, now
        self._until: dict[int, float] = {}
        self._asked_at: float | None = None
        self.on_ended: Callable[[set[int]], None] = lambda _session_ids: None
        """Told of sessions that were not known to have ended."""

    def __contains__(self, session_id: int) -> bool:
        """Whether a session has ended. Raises ApiAway where that cannot be told."""
        if session_id in self._until:
            return True
        return self._asked_at is None and not self._api.session_alive(session_id)

    def start(self) -> None:
        """Begin to ask."""
        gevent.spawn(self._ask_forever)

    def add(self, session_id: int) -> None:
        """A session has ended."""
        self._until[session_id] = self._now() + _KEEP_SECONDS

    def _ask(self) -> None:
        now = self._now()
        since = _KEEP_SECONDS if self._asked_at is None else now - self._asked_at + _OVERLAP_SECONDS
        new = set(self._api.ended_sessions(min(since, _KEEP_SECONDS))) - self._until.keys()
        for session_id in new:
            self.add(session_id)
        self._asked_at = now
        self._until = {ended: until for ended, until in self._until.items() if until > now}
        if new:
            self.on_ended(new)

    def _ask_forever(self) -> None:
        is_away = False
        while True:
            try:
                self._ask()
                is_away = False
            except (ApiAway, ValueError) as error:  # an answer that makes no sense is none
                if not is_away:
                    log.warning("ended_sessions_unknown", reason=str(error))
                is_away = True
            gevent.sleep(_AGAIN_SECONDS if is_away else _ASK_SECONDS)
