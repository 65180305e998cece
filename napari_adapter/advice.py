"""What to do in the viewer, where the core's advice is for a terminal."""

from __future__ import annotations

from debcr_core.errors import DebcrError, DebcrWarning

ADVICE = {
    "colours": "Choose red, green or blue as the channel.",
    "exists": "Choose another name, or tick that what exists is replaced.",
    "format": "Save it as .tif or .ome.zarr.",
    "guessed-axes": "If that is wrong, drag it into the viewer, which asks for them.",
    "lacking-axes": "Choose another model, or say which axis of the layer is which.",
    "memory": "Choose smaller tiles or the device cpu in the settings.",
    "metric-left-out": "Measure by it in a terminal or in Python.",
    "nameless-axes": "Which axis is which?",
    "narrow-dtype": "Choose the pixel type float32, which loses nothing.",
    "newcomer": "Leave out the plugin that is not meant: DEBCR_BLOCK_PLUGINS.",
    "pixel-type": "Save it as .npy, .npz or .ome.zarr.",
    "seams": "Choose the tiler overlap-grid and the blender hann in the settings.",
    "several-images": "Drag it into the viewer to choose.",
    "unfinished": "Choose another name, or tick that what exists is replaced to begin anew.",
    "untrusted": "If you trust where it comes from, tick that its code may run.",
}
"""By what it is about (see `debcr_core.DebcrError`)."""


def in_the_viewer(said: DebcrError | DebcrWarning) -> str:
    """Return what the core says, with advice that can be followed in the viewer."""
    own = ADVICE.get(said.kind)
    return str(said) if own is None or said.fact == str(said) else f"{said.fact} {own}"
