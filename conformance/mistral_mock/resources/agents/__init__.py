"""Agents, their versions and the aliases of these."""
