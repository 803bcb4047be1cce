"""Recorded exchanges, compared with the document, the client and the mock."""
