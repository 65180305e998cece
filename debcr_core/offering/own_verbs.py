"""The verbs of `debcr` itself, which no plugin can take."""

OWN_VERBS = {
    "restore": "Restore images: remove noise and blur, keep axes, pixel size and intensity scale.",
    "info": "Show images' axes, shape, pixel type, pixel size, channels and intensities.",
    "replay": "Restore an image again as a record says: the same bytes.",
    "models": "List the trained models that `--model` accepts by name, or explain one of them.",
    "check": "Check all components of an installed plugin by the conformance kit.",
    "plugins": "List plugins and components; which are broken or blocked, and why.",
    "backends": "Measure what computes a model here, and say which of them `--backend auto` takes.",
    "cache": "List what is in the cache: exported networks, and downloads of the zoo.",
}
"""What each does: the first sentence of the function of that name in `debcr_core.cli`."""
