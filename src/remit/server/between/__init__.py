"""Deliveries of one emulated service to another, each decided before it is made."""
