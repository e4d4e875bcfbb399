"""Files of the built UI that another version of web has.

While a new version rolls out, a page of one version may ask a process of the other for its files, whose names only its
own build knows. So every process lays its files into Redis, and looks there for what it has not. Without Redis
everything works but that.
"""

import re
import threading
from collections import OrderedDict

from flack_kit.logging import get_logger
from redis import Redis
from redis.exceptions import RedisError

from flack_web.assets import Asset, Assets

log = get_logger(__name__)

PREFIX = "flack:web:asset:"
LIFETIME = 2 * 86_400
"""Seconds for which a file outlives the last process that had it: pages stay open, and load parts late."""
REPEAT = 3600.0
MAX_FILE = 1024 * 1024
MAX_ALL = 8 * 1024 * 1024
"""Bytes that one version lays into Redis at most, all forms of a file together."""
MAX_KEPT = 64
_HASHED = re.compile(r"[A-Za-z0-9_.]{1,80}-[A-Za-z0-9_-]{8}\.[a-z0-9]{2,5}", re.ASCII)
_TYPE, _PLAIN = b"type", b"plain"


class SharedAssets:
    """What processes of web know of each other's files."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._kept: OrderedDict[str, Asset] = OrderedDict()
        self._end = threading.Event()

    def find(self, name: str) -> Asset | None:
        """Another version's file, or None where nobody laid it down or Redis is away."""
        if name in self._kept or not _HASHED.fullmatch(name):
            return self._kept.get(name)
        try:
            found: dict[bytes, bytes] = self._redis.hgetall(PREFIX + name)  # type: ignore[assignment]  # str is for clients that decode
        except RedisError:
            return None
        if _TYPE not in found or _PLAIN not in found:
            return None
        content_type, plain = found.pop(_TYPE).decode(), found.pop(_PLAIN)
        asset = Asset(content_type, plain, {coding.decode(): packed for coding, packed in found.items()})
        self._kept[name] = asset
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return asset

    def lay_down(self, assets: Assets) -> int:
        """Put the files of this version into Redis, and say how many. Raises RedisError."""
        left, laid = MAX_ALL, 0
        for name, asset in assets.files.items():
            size = len(asset.plain) + sum(map(len, asset.encoded.values()))
            if not _HASHED.fullmatch(name) or size > min(MAX_FILE, left):
                continue
            pipe = self._redis.pipeline(transaction=False)
            fields = {"type": asset.content_type.encode(), "plain": asset.plain, **asset.encoded}
            pipe.hset(PREFIX + name, items=[part for field in fields.items() for part in field])
            pipe.expire(PREFIX + name, LIFETIME)
            pipe.execute()
            left, laid = left - size, laid + 1
        return laid

    def start(self, assets: Assets) -> None:
        """Lay the files down now and every hour, from a thread (a greenlet under gevent)."""
        threading.Thread(target=self._repeat, args=(assets,), name="shared-assets", daemon=True).start()

    def close(self) -> None:
        """Lay nothing down any more."""
        self._end.set()

    def _repeat(self, assets: Assets) -> None:
        pause = 0.0
        while not self._end.wait(pause):
            try:
                log.info("assets_shared", files=self.lay_down(assets))
                pause = REPEAT
            except RedisError as error:
                log.warning("assets_not_shared", reason=type(error).__name__)
                pause = 10.0
