"""Environments for programs that cannot live in ours, each made once and kept in a folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from measuring import CouldNotRun, progress

CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"

# The last numpy and tifffile that it runs with; newer ones lack what it calls.
ORIGINAL = ["debcr==0.1.0", "tensorflow-cpu==2.15.1", "numpy<2", "tifffile<2024.9"]
# It asks for torchvision, which needs a torch built for CUDA; its U-Net does without.
CAREAMICS = ["--no-deps", "careamics==0.3.5"]
CAREAMICS_NEEDS = [
    *("-c", str(CONSTRAINTS)),
    *("bioimageio.core", "lightning", "matplotlib", "numpy", "pillow", "psutil", "pydantic"),
    *("pyyaml", "scikit-image", "tifffile", "torch", "torchmetrics", "zarr"),
]

INSTALLS = {"original": [ORIGINAL], "careamics": [CAREAMICS_NEEDS, CAREAMICS]}


def python_of(name: str, folder: Path) -> Path:
    """Return the interpreter of an environment, which is made where it is missing.

    Parameters
    ----------
    name : str
        One of `INSTALLS`.
    folder : Path
        Where environments are kept.

    Raises
    ------
    CouldNotRun
        If it cannot be made, with pip's last line.
    """
    python = folder / name / "bin" / "python"
    whole = folder / name / "whole"
    if whole.exists():
        return python
    progress(f"making the environment of {name}")
    _run([_python_3_11(), "-m", "venv", "--clear", str(folder / name)])
    for packages in INSTALLS[name]:
        _run([str(python), "-m", "pip", "install", "--quiet", *packages])
    whole.touch()
    return python


def _python_3_11() -> str:
    """Return an interpreter that both programs and their TensorFlow support."""
    found = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11")
    if not found:
        raise CouldNotRun("needs Python 3.11, which is not here")
    return found


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise CouldNotRun(f"{' '.join(command[1:4])} failed: {last}")
