"""A folder that small distributions are installed in."""

from __future__ import annotations

from pathlib import Path

import pytest
from installing import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site", tmp_path / "cache")
