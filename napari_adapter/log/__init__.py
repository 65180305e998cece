"""What the user was told."""
