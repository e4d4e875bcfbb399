"""Numbers in paths: up to 18 digits, which PostgreSQL's bigint holds; the rest is 404 like any unknown id."""

from werkzeug.routing import IntegerConverter, Map

MAX_ID = 10**18 - 1


class IdConverter(IntegerConverter):
    """`<int:…>` bounded to ids. ASCII digits only, and few enough that converting them costs nothing."""

    # The range is in the pattern: where a converter refuses what its pattern took, werkzeug answers 405, not 404.
    regex = "[1-9][0-9]{0,17}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=MAX_ID)
