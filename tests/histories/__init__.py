"""Histories of events as a client met them, recorded once and replayed by the reducers of both languages."""
