"""Notice strips and tiles that end early, where nothing else tells: in JPEG and JPEG 2000.

Their decoders fill up what is missing in silence.
"""

from __future__ import annotations

# TIFF's numbers of compression schemes: JPEG, and JPEG 2000 as various programs write it.
MARKED = (7, 33003, 33004, 33005, 33007, 34712, 34892)
END = b"\xff\xd9"  # In neither can it occur within the pixels.


def check_end(segment: bytes, compression: int) -> None:
    """Refuse a strip or tile without the mark that ends it.

    Parameters
    ----------
    segment : bytes
        The compressed strip or tile, complete in itself.
    compression : int
        TIFF's number of its compression.

    Raises
    ------
    ValueError
        If the mark is missing.
    """
    if compression in MARKED and END not in segment:
        raise ValueError("a strip or tile lacks the mark that ends it")
