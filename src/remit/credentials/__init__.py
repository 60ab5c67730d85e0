"""Signatures and short-lived credentials. Pure: keys, clock and randomness are arguments."""
