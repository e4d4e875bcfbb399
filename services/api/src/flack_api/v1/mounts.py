"""v1 answers at two mounts, and paths in an answer start with the mount that the request came through."""

from flack_domain.rendering.v1_objects import MOUNT
from flask import request

ORIGINAL = MOUNT
VERSIONED = "/api/v1"
OTHER_VERSIONS = "/api/v2"
STATUS, STATISTICS = "/tasks/status", "/stats"


def mount() -> str:
    """The mount of this request: `/api` (with `/tasks` and `/stats` beside it) or `/api/v1`."""
    return VERSIONED if _is_below(VERSIONED, request.path) else ORIGINAL


def status_path(job_id: str) -> str:
    """Where this request's mount shows a job."""
    return f"{'' if mount() == ORIGINAL else VERSIONED}{STATUS}/{job_id}"


def absolute(path: str) -> str:
    """A path as v1's `Location` has it: with the request's scheme and `Host`."""
    return f"{request.scheme}://{request.host}{path}"


def is_of_v1(path: str) -> bool:
    """Whether a path belongs to v1, unknown ones below its mounts included."""
    mounts = (ORIGINAL, "/tasks", STATISTICS)
    return not _is_below(OTHER_VERSIONS, path) and any(_is_below(mount, path) for mount in mounts)


def _is_below(prefix: str, path: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
