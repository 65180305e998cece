"""Whether a model suits an image, measured before any work: begin with `fitting.py`."""
