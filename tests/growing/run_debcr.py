"""Run `debcr` with the plugin of `raw_format`: as a program, which can be killed."""

from __future__ import annotations

import sys
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import raw_format

from debcr_core.cli import app
from debcr_core.plugins import Plugins

if __name__ == "__main__":
    found = Plugins.discover()
    found.register(raw_format, name="raw-format")
    app.Plugins = types.SimpleNamespace(discover=lambda **_: found)
    sys.argv[0] = "debcr"
    app.run()
