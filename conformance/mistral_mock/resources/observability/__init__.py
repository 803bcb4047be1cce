"""Observability: datasets and their records, recorded events, judges and campaigns."""
