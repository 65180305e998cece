"""Small distributions, built as wheels and installed by pip, as strangers' are."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

COMMAND = "import sys; from debcr_core.cli import main; main()"


@dataclass(frozen=True)
class Site:
    """A folder of installed distributions, beside what is installed anyway.

    Attributes
    ----------
    folder : Path
        Where they are installed.
    cache : Path
        The user's cache folder.
    """

    folder: Path
    cache: Path

    def install(
        self, name: str, *, version: str = "1.0", entries: str = "", **modules: str
    ) -> None:
        """Install a distribution of modules, each of which is announced as a plugin.

        Unless its entry points are given, as lines.
        """
        wheel = made_wheel(self.folder.parent, name, version, modules, entries)
        pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target")
        command = [sys.executable, *pip, self.folder, "--no-index", wheel]
        subprocess.run(command, check=True, capture_output=True)

    def debcr(self, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `debcr` where they are installed."""
        path = os.pathsep.join([str(self.folder), *filter(None, sys.path)])
        places = {"PYTHONPATH": path, "DEBCR_CACHE": str(self.cache)}
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *map(str, words)],
            cwd=self.folder.parent,
            env={**os.environ, **places, **variables},
            capture_output=True,
            text=True,
            check=False,
        )


def installed_from(source: Path, folder: Path) -> Site:
    """Build the wheel of a distribution, and install it as pip does.

    Parameters
    ----------
    source : Path
        Its repository.
    folder : Path
        Where to put the wheel, what is installed, and the cache.
    """
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "wheels", source)
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    [wheel] = (folder / "wheels").iterdir()
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--target", folder / "site", wheel)
    subprocess.run([sys.executable, *pip], check=True, capture_output=True)
    return Site(folder / "site", folder / "cache")


def made_wheel(
    folder: Path, name: str, version: str, modules: dict[str, str], entries: str = ""
) -> Path:
    """Write a wheel (https://packaging.python.org/specifications/binary-distribution-format)."""
    stem = f"{name.replace('-', '_')}-{version}"
    entries = entries or "".join(f"{name}-{module} = {module}\n" for module in modules)
    facts = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": f"[debcr]\n{entries}",
        "RECORD": "",
    }
    wheel = folder / f"{stem}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for module, source in modules.items():
            archive.writestr(f"{module}.py", textwrap.dedent(source))
        for file, text in facts.items():
            archive.writestr(f"{stem}.dist-info/{file}", text)
    return wheel
