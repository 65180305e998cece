"""What the result will look like where the user looks."""
