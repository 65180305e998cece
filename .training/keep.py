"""Put what a run needs to go on elsewhere beside this file, without the places of this machine.

Run it as ``python .training/keep.py RUN``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import torch

from debcr_core.yaml.strict import dump_yaml, load_yaml

COPIED = ("data.json", "environment.json", "metrics.csv", "model.safetensors")


def keep(run: Path, to: Path) -> None:
    """Copy the configuration, the record of the images, the course, the weights, the checkpoints.

    A run that is being trained may be kept, too: each checkpoint is whole.
    """
    (to / "checkpoints").mkdir(parents=True, exist_ok=True)
    last = _loaded(run / "checkpoints" / "last.ckpt")
    for state in last["callbacks"].values():
        if "config" in state:
            state["config"] = placed(state["config"])
    torch.save(last, to / "checkpoints" / "last.ckpt")
    # Of the best one, weights alone are ever used.
    best = _loaded(run / "checkpoints" / "best.ckpt")
    torch.save({"state_dict": best["state_dict"]}, to / "checkpoints" / "best.ckpt")
    for name in COPIED:
        shutil.copyfile(run / name, to / name)
    config = load_yaml((run / "config.yaml").read_text(encoding="utf-8"), "config.yaml")
    (to / "config.yaml").write_text(dump_yaml(placed(config)), encoding="utf-8")


def _loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return found


def placed(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration whose images lie beside the run, as ``../images/target``.

    So does a run that it began from.
    """
    images = Path("..", *Path(config["data"]["truth"]).parts[-2:])
    begun = {"init": f"../{Path(config['init']).name}"} if config.get("init") else {}
    return {**config, **begun, "data": {**config["data"], "truth": images.as_posix()}}


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(__file__).parent / Path(sys.argv[1]).name)
