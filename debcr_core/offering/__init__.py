"""How plugins are found, imported, checked and remembered, for `debcr_core.plugins`."""
