"""What docs/plugins/backends.md shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import numpy as np

from debcr_core import restore
from debcr_core.plugins import Plugins

DOCS = Path(__file__).parents[2] / "docs" / "plugins" / "backends.md"


def test_the_backend_in_the_docs_computes(cells):
    code = re.search(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[1]
    module = ModuleType("traced")
    exec(compile(code, str(DOCS), "exec"), vars(module))
    plugins = Plugins.discover()
    plugins.register(module, name="traced")
    found = restore(cells, "denoise", backend="traced", plugins=plugins).values
    expected = restore(cells, "denoise", device="cpu", backend="torch").values
    assert np.abs(found - expected).max() <= 1e-5 * np.ptp(expected)
