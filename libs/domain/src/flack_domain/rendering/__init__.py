"""Markdown to safe HTML: `v2` for messages, `v1` for the frozen API."""
