"""What a network takes and gives, in words."""

from __future__ import annotations

from debcr_core.signature import Signature

SPACES = {"yx": "planes (2-D)", "zyx": "stacks (3-D)"}


def in_words(signature: Signature) -> str:
    """Return what a network takes and gives.

    Examples
    --------
    >>> in_words(Signature("yx", (4, 4)))
    'planes (2-D), one channel at a time'
    >>> in_words(Signature("czyx", (1, 4, 4), channels_in=2))
    'stacks (3-D), 2 channels at once'
    """
    words = [_space(signature.axes), _channels(signature)]
    if signature.fixed_size is not None:
        words.append(f"in tiles of {'×'.join(map(str, signature.fixed_size))} pixels")
    if not signature.keeps_channels:
        words.append(_outputs(signature))
    return ", ".join(words)


def _space(axes: str) -> str:
    space = "".join(axis for axis in axes if axis in "zyx")
    words = SPACES.get(space, f"the axes {space}")
    return f"time series of {words}" if "t" in axes else words


def _channels(signature: Signature) -> str:
    if "c" not in signature.axes:
        return "one channel at a time"
    count = signature.channels_in
    return f"{count} channels at once" if count > 1 else "of one channel"


def _outputs(signature: Signature) -> str:
    names = [channel.name for channel in signature.channels_out if channel.name]
    count = len(signature.channels_out)
    return f"gives {count} channels" + (f" ({', '.join(names)})" if names else "")
