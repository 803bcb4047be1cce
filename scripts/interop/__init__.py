"""Calls of client libraries against the mock, which `scripts/write_interop_table.py` writes down."""
