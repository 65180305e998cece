"""Pairs of images: found, matched, checked, normalised and divided."""
