"""Use cases: what a verb does, told in terms of ports."""
