"""Calls of client libraries against the mock, written down by `write_interop_table.py`."""
