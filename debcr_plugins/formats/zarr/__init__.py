"""OME-Zarr, and plain Zarr arrays."""
