"""Reach a bundle's files, wherever it is, and believe nothing of what a stranger wrote."""
