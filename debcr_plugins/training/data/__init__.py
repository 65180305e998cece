"""Patches that are cut from pairs of images, and the folder that `debcr prepare` writes."""
