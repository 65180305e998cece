"""NumPy's own files: NPY and NPZ."""
