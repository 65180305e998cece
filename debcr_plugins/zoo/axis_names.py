"""What an RDF of format 0.5 calls the axes that have a letter here."""

AXIS_NAMES = {"b": "batch", "c": "channel", "t": "time", "z": "z", "y": "y", "x": "x"}
AXIS_LETTERS = {name: letter for letter, name in AXIS_NAMES.items()}
