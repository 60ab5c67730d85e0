"""IAM's policy simulator: what policies would say to calls that nobody makes."""
