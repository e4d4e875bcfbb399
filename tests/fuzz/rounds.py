"""The type of the fixture `go_on`."""

from collections.abc import Callable

GoOn = Callable[[Callable[[], None]], None]
