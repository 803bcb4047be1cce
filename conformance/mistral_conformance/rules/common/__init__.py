"""What the rule families share: sample documents, event streams, walks over pages, comparisons."""
