"""Restore many images."""
