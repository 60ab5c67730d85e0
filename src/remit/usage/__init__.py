"""What was called: recordings, as calls."""
