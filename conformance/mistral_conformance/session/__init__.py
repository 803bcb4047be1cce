"""One run's way to the server: callers, clock, created objects, coverage, and what a rule works with."""
