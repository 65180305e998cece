"""Models beside the installed ones that were chosen of late."""

from __future__ import annotations

from napari_adapter.settings import Settings

CHOSEN, OTHERS = "models.chosen", "models.others"
MANY = 10
"""Models that are remembered."""


class Recent:
    """Remembers the chosen model and the newest of those that are not installed.

    Whether a model's code is trusted is never remembered.

    Parameters
    ----------
    store : Settings
        Where they are kept.

    Attributes
    ----------
    chosen : str
        What was chosen last; empty if nothing was.
    others : list of str
        The models that are not installed, the newest first.
    """

    def __init__(self, store: Settings) -> None:
        self._store = store
        chosen = store.get(CHOSEN, "")
        self.chosen: str = chosen if isinstance(chosen, str) else ""
        self.others = self._read()

    def _read(self) -> list[str]:
        found = self._store.get(OTHERS, [])
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    def add(self, reference: str, listed: list[str]) -> None:
        """Remember that a model was chosen.

        Parameters
        ----------
        reference : str
            The model.
        listed : list of str
            The installed models, which are offered anyway.
        """
        self.chosen = reference
        self._store.set(CHOSEN, reference)
        # Another tab may have added some meanwhile.
        newest = [] if reference in listed else [reference]
        self.others = list(dict.fromkeys([*newest, *self._read()]))[:MANY]
        if newest:
            self._store.set(OTHERS, self.others)
