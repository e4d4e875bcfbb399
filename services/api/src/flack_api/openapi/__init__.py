"""Each API version's OpenAPI 3.1 document, made from what its views declare, and the page that shows it."""

from typing import Any

Json = dict[str, Any]
