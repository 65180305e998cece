"""What the widget was last set to, kept between sessions.

From napari 0.9 on napari keeps it, among the preferences of plugins; earlier versions have no place
for it, so a file beside their own settings does.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, TypeVar

from debcr_core.errors import DebcrError
from debcr_core.files.whole import whole_or_nothing

PLUGIN = "debcr-zoo"
"""The plugin's name in the manifest."""

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


class Settings:
    """Plain values by name; each object of the class sees the same ones. For the main thread.

    What cannot be read counts as not set, and what cannot be written is as before in the next
    session; the log of Python tells of both. Nothing the user does depends on them.

    napari's preferences of a plugin hold booleans, numbers and text that the manifest lists one by
    one. All values are therefore one text, in JSON.
    """

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or the default if it was never set."""
        return _parsed(_read()).get(key, default)

    def get_alike(self, key: str, default: Value) -> Value:
        """Return a value of the default's type, or the default: files can be damaged, or edited."""
        value = self.get(key, default)
        return value if type(value) is type(default) else default

    def set(self, key: str, value: Any) -> None:
        """Keep a value.

        Parameters
        ----------
        key : str
            Its name.
        value : object
            What JSON can hold.
        """
        values = _parsed(_read())
        if key not in values or values[key] != value:
            _write(json.dumps({**values, key: value}, ensure_ascii=False))


def _parsed(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text or "{}")
    except ValueError:
        values = None
    if isinstance(values, dict):
        return values
    logger.warning("What DeBCR was last set to is damaged, and begins afresh.")
    return {}


def _read() -> str:
    page = _page()
    if page is not None:
        return str(page.remembered)
    path = _path()
    try:
        return path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
    except (OSError, ValueError) as error:
        logger.warning("What DeBCR was last set to cannot be read: %s", error)
        return ""


def _write(text: str) -> None:
    page = _page()
    try:
        if page is not None:
            page.remembered = text
        elif (path := _path()) is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_or_nothing(path, overwrite=True) as temporary:
                temporary.write_text(text, encoding="utf-8")
    except (OSError, DebcrError) as error:
        logger.warning("What DeBCR is set to cannot be kept: %s", error)


def _page() -> Any:
    """Return napari's own keeper of our settings; None where there is none."""
    try:
        from napari.settings import get_plugin_settings
    except ImportError:  # before napari 0.9
        return None
    try:
        return get_plugin_settings(PLUGIN).widget
    except KeyError:  # napari has not looked at the manifest: the widget was made by a script
        return None
    except Exception as error:  # a plugin's file may be damaged in a way that napari does not bear
        logger.warning("napari's preferences of plugins cannot be read: %s", error)
        return None


def _path() -> Path | None:
    """Return the file that holds them where napari does not; None if napari keeps nothing."""
    from napari.settings import get_settings

    path = get_settings().config_path
    return Path(path).with_name(f"{PLUGIN}.json") if path else None
