"""Publish a trained model as a bundle of the BioImage Model Zoo that every consumer runs."""
