"""What Schemathesis finds, and what is known of it."""
