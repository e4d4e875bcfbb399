"""Why a page was not fetched. A link that fails is skipped; these only tell which counter goes up."""


class LinkError(Exception):
    """A link that cannot be followed. `reason` is a short fixed word for logs and metrics, never an address."""

    reason = "failed"


class Refused(LinkError):
    """The link leads where links may not lead: scheme, port, user name or address."""

    reason = "refused"


class Unreachable(LinkError):
    """No name, no connection, bad TLS, or an answer that is no HTTP."""

    reason = "unreachable"


class TooSlow(LinkError):
    """The page took longer than a page may take, all redirects together."""

    reason = "too_slow"


class TooManyRedirects(LinkError):
    """More redirects than are followed."""

    reason = "redirects"


class HostBusy(LinkError):
    """Too many fetches from this host are under way, or it was slow too often: try again later."""

    reason = "host_busy"
