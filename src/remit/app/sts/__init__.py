"""AWS STS: every operation as a use case. `operations.answer` is the one way in."""
