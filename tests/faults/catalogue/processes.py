"""Processes that end or freeze."""

from .fault import Fault, broken, each, frozen, kill, killed, rolling, start, stopped

SERVICES = ("api", "api-2", "realtime", "realtime-2", "web", "worker", "beat")

FAULTS = [
    Fault("api killed (one of two)", killed("api-2")),
    Fault("api killed (both)", killed("api", "api-2"), brief=1),
    Fault("api told to stop, one after the other", rolling("api", "api-2"), graceful=True),
    Fault("api frozen (one of two)", frozen("api-2"), hold=5, brief=3),
    Fault("realtime killed (one of two)", killed("realtime-2"), brief=1),
    Fault("realtime killed (both)", killed("realtime", "realtime-2"), brief=1),
    Fault("realtime told to stop, one after the other", rolling("realtime", "realtime-2"), graceful=True),
    Fault("realtime frozen (one of two)", frozen("realtime-2"), hold=5, brief=3),
    Fault("web killed", killed("web"), brief=0),
    Fault("web told to stop", stopped("web"), hold=0, graceful=True),
    Fault("worker killed", killed("worker"), brief=0),
    Fault("worker told to stop", stopped("worker"), hold=0, graceful=True),
    Fault("beat and relay killed", killed("beat"), brief=0),
    Fault("ingress killed", killed("traefik"), brief=0),
    Fault("everything but the databases killed", killed(*SERVICES), brief=0),
    Fault(
        "Redis and relay away, api killed before publishing",
        broken(kill("redis", "beat"), each(kill("api"), start("redis", "api", "beat"))),
        brief=1,
    ),
]  # fmt: skip
