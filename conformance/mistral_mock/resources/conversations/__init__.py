"""Conversations: who answers, with which tools, and what is kept of it."""
