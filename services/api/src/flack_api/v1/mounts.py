"""v1 answers at two mounts, and paths in an answer start with the mount that the request came through."""

from flack_domain.rendering.v1_objects import MOUNT
from flask import request

ORIGINAL = MOUNT
VERSIONED = "/api/v1"
OTHER_VERSIONS = "/api/v2"
STATUS, STATISTICS = "/tasks/status", "/stats"


def mount() -> str:
    """The mount of this request: `/api` (with `/tasks` and `/stats` beside it) or `/api/v1`."""
    return VERSIONED if _is_below(VERSIONED) else ORIGINAL


def status_path(job_id: str) -> str:
    """Where this request's mount shows a job."""
    return f"{'' if mount() == ORIGINAL else VERSIONED}{STATUS}/{job_id}"


def absolute(path: str) -> str:
    """A path as v1's `Location` has it: with the request's scheme and `Host`."""
    return f"{request.scheme}://{request.host}{path}"


def is_v1() -> bool:
    """Whether this request's path belongs to v1, unknown paths below its mounts included."""
    return not _is_below(OTHER_VERSIONS) and any(map(_is_below, (ORIGINAL, "/tasks", STATISTICS)))


def _is_below(prefix: str) -> bool:
    return request.path == prefix or request.path.startswith(prefix + "/")
