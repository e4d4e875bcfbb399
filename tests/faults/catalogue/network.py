"""Cables: cut, slow, or silent. Each is between one kind of process and what it speaks to."""

from .fault import Action, Fault, Story, broken


def _cut(name: str) -> Story:
    return broken(lambda site: site.cable(name).cut(), _mend(name))


def _delayed(name: str, seconds: float) -> Story:
    return broken(lambda site: site.cable(name).delay(seconds), _mend(name))


def _half_open(name: str) -> Story:
    return broken(lambda site: site.cable(name).half_open(), _mend(name))


def _mend(name: str) -> Action:
    return lambda site: site.cable(name).mend()


FAULTS = [
    Fault("realtime to Redis cut", _cut("redis"), hold=3, brief=1),
    Fault("realtime to Redis delayed by 0.5 s", _delayed("redis", 0.5), hold=5, brief=2),
    Fault("realtime to Redis half-open", _half_open("redis"), hold=20, brief=4),
    Fault("api to PostgreSQL cut", _cut("postgres"), hold=3, brief=1),
    Fault("api to PostgreSQL delayed by 0.1 s", _delayed("postgres", 0.1), hold=5, brief=2),
    Fault("api to PostgreSQL half-open", _half_open("postgres"), hold=8, brief=4),
    Fault("clients to realtime cut", _cut("ingress"), hold=3, brief=1),
    Fault("clients to realtime delayed by 0.5 s", _delayed("ingress", 0.5), hold=5, brief=2),
    Fault("clients to realtime half-open", _half_open("ingress"), hold=8, brief=3),
]
