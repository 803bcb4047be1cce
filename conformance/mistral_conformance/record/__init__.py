"""Requests and answers as they were: sent over the wire, read, compared, shown. Knows nobody."""
