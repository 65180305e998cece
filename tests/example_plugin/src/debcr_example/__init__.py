"""One component of every kind, as a stranger writes them."""
