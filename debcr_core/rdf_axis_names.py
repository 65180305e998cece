"""What an RDF of format 0.5 calls the axes that have a letter here."""

AXIS_NAMES = {"b": "batch", "c": "channel", "t": "time", "z": "z", "y": "y", "x": "x"}
AXIS_LETTERS = {name: letter for letter, name in AXIS_NAMES.items()}
CHANNEL = AXIS_NAMES["c"]
IMAGE_CHANNEL = "index"
"""The channels of an image whose network sees one at a time: each is an image of its own. The name
is one that bioimageio.core knows; a step that lists it means an axis that no image has here."""
