"""What is wrong with a policy document: the checks, each a small function with its table row."""
