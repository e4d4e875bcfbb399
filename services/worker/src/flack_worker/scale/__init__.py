"""The snapshot of the installation for the page `/scale`.

`cluster` and `processes` say what runs, `scrape` asks each of them for its counters, `rates` turns counters into
numbers a second, `snapshot` puts it together and `publish` keeps the newest one in Redis.
"""
