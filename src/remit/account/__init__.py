"""What an account holds of identities, and which policies apply to whom. Pure values."""
