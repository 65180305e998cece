"""What the core's sentences advise, in words of the viewer: options of a command are not typed."""

from __future__ import annotations

import re

IN_PYTHON = re.compile(r" \(in Python: (?:[^()]|\([^()]*\))*\)")
READER = re.compile(r"--reader \S+ \S+=[^\s.]+")
WORDS = {
    "--dtype": "pixel type",
    "--overwrite": "let outputs that exist be replaced",
    "--trust-code": "tick the box below the model",
    "--contrast-stretch": "a stretch of the contrast",
    "`debcr models` lists": "are in the list of models",
}
"""What is called otherwise here."""
ALIKE = re.compile(r"--(axes|blender|channel|device|model|normalizer|tiler)\b")
"""Options that are called as what they set."""


def in_viewers_words(sentence: str) -> str:
    """Return a sentence without options of the command line.

    Examples
    --------
    >>> in_viewers_words('choose --dtype float32 (in Python: dtype="float32").')
    'choose pixel type float32.'
    >>> in_viewers_words("blend them with --tiler overlap-grid --blender hann.")
    'blend them with tiler overlap-grid blender hann.'
    >>> in_viewers_words("Say which one to read: --reader npz array=a.")
    'Say which one to read: dropped onto the viewer, the file is asked about.'
    """
    said = READER.sub("dropped onto the viewer, the file is asked about", sentence)
    said = IN_PYTHON.sub("", said)
    for option, word in WORDS.items():
        said = said.replace(option, word)
    return ALIKE.sub(r"\1", said)
