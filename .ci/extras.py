# ruff: noqa: T201
"""Hold constraints.txt against the extras: pip resolves them, and no version is left open.

Nothing is installed. The extras are resolved all at once: what holds together with every version
pinned holds for each alone.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
# What torch brings for CUDA differs from build to build, and torch pins it.
OF_TORCH = ("cuda-", "nvidia-", "triton")
# What no extra brings, since people choose a binding of Qt; .ci/viewer tests with both.
BESIDE = ("PyQt6", "PySide6-Essentials", "pytest-qt")
# A pin that contradicts an extra has pip try every older version, which can take hours.
PATIENCE_S = 600


def plain(name: str) -> str:
    """Return a distribution's name in the one spelling that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def resolved(extras: list[str]) -> dict[str, str]:
    """Return the versions that pip would install into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--dry-run", "--ignore-installed"]
        wanted = f"{ROOT}[{','.join(extras)}]"
        command = [*pip, "--report", str(report), "-c", str(CONSTRAINTS), wanted, *BESIDE]
        subprocess.run(command, check=True, timeout=PATIENCE_S)
        found = [one["metadata"] for one in json.loads(report.read_text("utf-8"))["install"]]
    return {plain(one["name"]): one["version"] for one in found}


project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
lines = CONSTRAINTS.read_text("utf-8").splitlines()
pinned = {plain(line.partition("==")[0]) for line in lines if "==" in line}
extras = list(project["optional-dependencies"])
versions = resolved(extras)
print(f"The extras {', '.join(extras)} resolve to {len(versions)} distributions.")
left_open = sorted(set(versions) - pinned - {plain(project["name"])})
missing = [f"{name}=={versions[name]}" for name in left_open if not name.startswith(OF_TORCH)]
if missing:
    sys.exit(f"{CONSTRAINTS.name} lacks: {' '.join(missing)}")
