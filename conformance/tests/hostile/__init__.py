"""Requests that nobody should send, against the mock in this process: `make hostile`."""
