"""Files become layers."""
