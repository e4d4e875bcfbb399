"""What a socket could not take at once: bytes in order, up to a bound."""

from collections import deque
from itertools import islice

_CHUNK = 65_536


class SpillQueue:
    """Frames that wait for a socket to become writable. The first one may already be partly sent."""

    __slots__ = ("_frames", "_offset", "limit", "size")

    def __init__(self, limit: int) -> None:
        self._frames: deque[bytes] = deque()
        self._offset = 0
        self.limit = limit
        self.size = 0

    def push(self, frame: bytes, sent: int = 0) -> bool:
        """Append a frame, of which `sent` bytes are gone already (only for the first). False if it does not fit.

        A frame that was begun is taken whatever its size: another one in its middle would be read as part of it.
        """
        if not sent and self.size + len(frame) > self.limit:
            return False
        if sent:
            self._offset = sent
        self._frames.append(frame)
        self.size += len(frame) - sent
        return True

    def head(self) -> bytes:
        """The next bytes to send: several small frames joined, so that one call takes them."""
        first = self._frames[0]
        if len(self._frames) == 1 or len(first) - self._offset >= _CHUNK:
            return first[self._offset :] if self._offset else first
        parts, size = [first[self._offset :]], len(first) - self._offset
        for frame in islice(self._frames, 1, 64):
            if size >= _CHUNK:
                break
            parts.append(frame)
            size += len(frame)
        return b"".join(parts)

    def taken(self, sent: int) -> None:
        """Forget `sent` bytes from the front."""
        self.size -= sent
        sent += self._offset
        while self._frames and sent >= len(self._frames[0]):
            sent -= len(self._frames.popleft())
        self._offset = sent

    def keep_only_first(self) -> None:
        """Drop all but the frame that is partly sent: a frame that was begun must be finished, the rest need not."""
        first = self._frames[0] if self._frames and self._offset else None
        self._frames.clear()
        if first is None:
            self._offset = self.size = 0
        else:
            self._frames.append(first)
            self.size = len(first) - self._offset

    def __len__(self) -> int:
        return self.size
