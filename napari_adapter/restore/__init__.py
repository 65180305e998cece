"""Restore layers and files."""
