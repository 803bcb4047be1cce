"""One run's way to the server: callers, clock, what was made and tried, the context of rules."""
