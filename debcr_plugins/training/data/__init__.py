"""Pairs of images, their split, and the patches that are cut from them."""
