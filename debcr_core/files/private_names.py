"""Names of this computer and its user, kept out of texts that are written for others."""

from __future__ import annotations

import getpass
import re
import socket

SHARED = (
    *("admin", "administrator", "analysis", "app", "camera", "computer", "confocal"),
    *("data", "debian", "docker", "fiji", "guest", "home", "image"),
    *("images", "imagej", "imaging", "jovyan", "lab", "leica", "linux"),
    *("localhost", "microscope", "microscopy", "model", "nikon", "nobody", "noise"),
    *("olympus", "pc", "root", "runner", "server", "test", "ubuntu"),
    *("user", "users", "vagrant", "workstation", "zeiss"),
)
"""Names of accounts and computers that tell nothing, and are words of texts about images."""
CUT = "…"


def without_names(text: str) -> str:
    """Return a text without the names of this computer and of who uses it, for which … stands.

    A name within an address, a path or another word stays, as does one that many have (``root``).
    """
    for name in _names():
        # An address of mail is given to be written to.
        text = re.sub(rf"(?<![\w./-]){re.escape(name)}(?![\w-]|\.\w|@[\w-]+\.\w)", CUT, text)
    return text


def _names() -> list[str]:
    """Return the names of computer and user, the longest first: one may begin with another."""
    computer = socket.gethostname()
    names = {computer, computer.partition(".")[0], _user()}
    told = {name for name in names if len(name) > 1 and name.casefold() not in SHARED}
    return sorted(told, key=lambda name: (-len(name), name))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):
        return ""  # in a container, a user may have no name
