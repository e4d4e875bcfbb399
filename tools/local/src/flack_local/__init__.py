"""Flack on one machine: what `make up` runs, and what tests start as a whole installation."""
