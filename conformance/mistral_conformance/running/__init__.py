"""Which rules a run judges, and the run itself."""
