"""Load: virtual people who use an installation as people do, however many it carries. `make load` runs it."""
