"""Microscope makers' formats."""
