"""Numbers in paths: only what PostgreSQL's bigint can hold is an id at all; the rest is 404 like any unknown id."""

from werkzeug.routing import IntegerConverter, Map

MAX_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """`<int:…>` bounded to ids. ASCII digits only, and few enough that converting them costs nothing."""

    regex = "[0-9]{1,19}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=MAX_ID)
