"""Forms that come from components' own descriptions."""
