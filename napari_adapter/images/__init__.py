"""Layers become images, and images layers."""
