"""Writes what the patterns gain as JSON and as tables."""

import json
from pathlib import Path
from typing import Any

from figures import Figure, durability_in_words
from pools import SLOTS, TASKS
from versions import LISTS
from views import BATCHES

Found = dict[str, dict[str, Figure]]

WAITS = {
    "sync /database": "a query of 20 ms · sync worker",
    "threads /database": "a query of 20 ms · 8 threads",
    "a thread each /database": "a query of 20 ms · 32 threads",
    "gevent /database": "a query of 20 ms · gevent",
    "small pool /database": "a query of 20 ms · gevent, 10 connections to PostgreSQL",
    "gevent /expand-inline": "a link expanded in the request (a page of 200 ms)",
    "gevent /expand-queued": "the same left to a queue",
    "one process": "Flack's api, its public keys · one process",
    "two processes": "the same · two processes",
}
VIEWS = {
    "10 rules": "an empty Flask view among 10 rules",
    "200 rules": "the same among 200 rules",
    "10 rules, 5 hooks": "the same among 10 rules, after 5 `before_request` functions",
}
VERSIONS = {"with v1": "with v1", "without v1": "without v1"}
POOLS = {"celery prefork": f"{SLOTS} children (prefork)", "celery gevent": f"{SLOTS} slots (gevent)"}
QUERIES = {"blocking query": "blocking", "gevent query": "under gevent"}


def write_page(found: dict[str, Any], folder: Path) -> None:
    """`patterns.json` and `patterns.md` in `folder`, and the page on the screen."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "patterns.json").write_text(json.dumps(found, indent=2) + "\n")
    text = _page(found)
    (folder / "patterns.md").write_text(text)
    print(text)


def _page(found: dict[str, Any]) -> str:
    about, patterns = found["machine"], found["patterns"]
    return f"""# What the patterns gain

`make bench-patterns ROUNDS={found["rounds"]}` makes this page for [Flask at scale](../flask-at-scale.md).
{about["processor"]}, {about["cores"]} cores shared with the clients and the databases, Python {about["python"]}; load
{about["load_before"]:.1f} before and {about["load_after"]:.1f} after. Median (least–most) of the rounds, each of which
turns the order around.
{durability_in_words(about["postgresql"])}

## Waiting

{found["connections"]} kept connections from one client program, whose own CPU a request is the last column; one server
process each unless said, and the slow page's site is a process of its own.

| what | answers a second | p50 ms | p99 ms | client's CPU µs |
| --- | ---: | ---: | ---: | ---: |
{_rows(patterns, WAITS, a_second="{:,.0f}", p50_ms="{:.1f}", p99_ms="{:.1f}", client_us="{:,.0f}")}

## Rules and hooks

In one process, through the WSGI callable, without a server; of each round the least of {BATCHES} batches in turns.

| what | CPU µs |
| --- | ---: |
{_rows(patterns, VIEWS, cpu_us="{:,.1f}")}

## A second version

api started anew each round, with v1 and without, both asked in turns for {LISTS:,} pages of 50 messages of v2 each.

| api | a page's CPU µs | resident MiB |
| --- | ---: | ---: |
{_rows(patterns, VERSIONS, cpu_us="{:,.0f}", rss="{:.1f}")}

## A queue's pools

CPU is that of all of a worker's processes over {TASKS:,} tasks that do no more than one command to Redis; memory is
read while {SLOTS} tasks wait at once. Resident counts what forked children share once for each child, proportional
(PSS) once for all.

| Celery with | a task's CPU µs | processes | resident MiB | proportional MiB |
| --- | ---: | ---: | ---: | ---: |
{_rows(patterns, POOLS, cpu_us="{:,.0f}", processes="{:.0f}", rss="{:.0f}", pss="{:.0f}")}

## A wait

`select 1` by psycopg on one kept connection, in a process that does nothing else.

| query | CPU µs | µs by the clock |
| --- | ---: | ---: |
{_rows(patterns, QUERIES, cpu_us="{:,.0f}", clock_us="{:,.0f}")}
"""


def _rows(patterns: Found, names: dict[str, str], **forms: str) -> str:
    return "\n".join(
        f"| {label} | {' | '.join(_cell(key, patterns[name][key], form) for key, form in forms.items())} |"
        for name, label in names.items()
    )


def _cell(key: str, of_rounds: Figure, form: str) -> str:
    unit = 2**20 if key in {"rss", "pss"} else 1
    median, least, most = (form.format(of_rounds[name] / unit) for name in ("median", "min", "max"))
    return median if key == "processes" else f"{median} ({least}–{most})"
