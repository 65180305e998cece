"""`debcr certify`: show by running it that a bundle does what it says, and where else it runs."""
