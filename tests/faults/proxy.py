"""A cable that can be cut: a small TCP proxy on the loopback interface, between two parts of an installation."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

MOST_CONNECTIONS = 500
CHUNK = 64 * 1024
"""What is read at a time; nothing more is kept, so that a slow side slows the other one down."""


@dataclass(eq=False)
class _Link:
    """One connection through the cable."""

    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    lost_bytes: bool = False

    def reset(self) -> None:
        """End both sides without a goodbye."""
        for writer in self.writers:
            with suppress(RuntimeError):
                writer.transport.abort()


class Cable:
    """Listens on `port` and passes everything on to `target`, until told otherwise."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"cable-{target}", daemon=True)
        self._links: set[_Link] = set()
        self._delay, self._is_cut, self._swallows = 0.0, False, False

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._set(cut=True))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def cut(self) -> None:
        """Reset every connection; new ones are reset too."""
        self._do(self._set(cut=True))

    def delay(self, seconds: float) -> None:
        """Hold back everything for so long, in both directions and in order."""
        self._do(self._set(delay=seconds))

    def half_open(self) -> None:
        """Swallow everything: no side learns that the other one is gone. New connections are taken and meet silence."""
        self._do(self._set(swallows=True))

    def mend(self) -> None:
        """Pass on again. Connections that lost bytes are reset, as by a router that no longer knows them."""
        self._do(self._set())

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=CHUNK)
        self.port = server.sockets[0].getsockname()[1]

    async def _set(self, *, cut: bool = False, delay: float = 0.0, swallows: bool = False) -> None:
        self._is_cut, self._delay, self._swallows = cut, delay, swallows
        for link in list(self._links):
            if cut or (link.lost_bytes and not swallows):
                link.reset()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link([writer])
        if self._is_cut or len(self._links) >= MOST_CONNECTIONS:
            link.reset()
            return
        self._links.add(link)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target, limit=CHUNK)
            link.writers.append(far_writer)
            await asyncio.gather(self._pass(link, reader, far_writer), self._pass(link, far_reader, writer))
        except OSError:
            pass
        finally:
            link.reset()
            self._links.discard(link)

    async def _pass(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on until the end; a delayed chunk holds up only what comes after it, not what is read meanwhile."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        sending = asyncio.ensure_future(self._send(queue, writer))
        try:
            while data := await reader.read(CHUNK):
                if self._swallows:
                    link.lost_bytes = True
                else:
                    await queue.put((self._loop.time() + self._delay, data))
            await queue.put((0.0, b""))
            await sending
        finally:
            sending.cancel()

    async def _send(self, queue: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        while True:
            due, data = await queue.get()
            if not data:
                writer.write_eof()
                return
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            writer.write(data)
            await writer.drain()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
