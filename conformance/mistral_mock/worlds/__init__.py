"""Fixture worlds that ship with the mock."""
