"""What was asked of a mock and what it answered, for tests to look at: bounded, keys left out."""
