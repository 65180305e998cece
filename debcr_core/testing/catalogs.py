"""What a catalog must hold."""

from __future__ import annotations

import inspect
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from unittest import SkipTest
from unittest.mock import patch

from debcr_core.errors import DebcrError
from debcr_core.notices import listening
from debcr_core.testing.components import ComponentTests, installed
from debcr_core.trained import TrainedModel

NONSENSE = ("no such model", "ümlaut!", "x" * 200, "../..", "C:\\models", "\n", "?")


class CatalogTests(ComponentTests):
    """Tests of a catalog."""

    kind: ClassVar[str] = "catalog"

    def test_names_and_claims_ask_no_network(self) -> None:
        """They are asked whenever a model is named."""
        with _no_network():
            names = self.made().names()
            assert all(isinstance(name, str) for name in names), f"names() gives {names!r}"
            for reference in (*names, *NONSENSE):
                self.made().claims(reference)

    def test_it_claims_what_it_lists_and_nothing_that_is_not_there(self) -> None:
        """Two catalogs that claim one reference leave the user to choose."""
        for name in self.made().names():
            assert self.made().claims(name), f"it lists {name}, and does not claim it"
        for reference in NONSENSE:
            claimed = self.made().claims(reference)
            assert isinstance(claimed, bool), f"claims() gives {claimed!r}"
            assert not claimed, f"it claims {reference[:40]!r}"

    def test_code_is_not_trusted_unless_that_is_said(self) -> None:
        """`open` takes trust_code as a keyword, and it is false by default."""
        taken = inspect.signature(self.component.open).parameters.get("trust_code")
        assert taken is not None, "open() takes no trust_code"
        assert taken.kind is taken.KEYWORD_ONLY, "trust_code must be a keyword alone"
        assert taken.default is False, f"by default trust_code is {taken.default}"

    def test_what_it_lists_opens(self) -> None:
        """Or is refused in a sentence; a reference that is not there is, too."""
        names = self.made().names()
        if not names:
            raise SkipTest("it lists nothing here")
        with _no_network(), listening():
            for name in names[:3]:
                try:
                    found: Any = self.made().open(name, installed())
                except DebcrError:
                    continue
                assert isinstance(found, TrainedModel), f"open() gives {type(found).__name__}"


@contextmanager
def _no_network() -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it asks a network")

    with (
        patch.object(socket.socket, "connect", refuse),
        patch.object(socket, "getaddrinfo", refuse),
    ):
        yield
