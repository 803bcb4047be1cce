"""What a server is held to and what became of it: levels, sources, outcomes."""
