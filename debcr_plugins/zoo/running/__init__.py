"""Run a bundle of the BioImage Model Zoo: describe it, choose its safest weights, load them."""
