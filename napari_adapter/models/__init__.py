"""Choose a model, and learn whether it suits."""
