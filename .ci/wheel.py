# ruff: noqa: T201
"""Look into a wheel for what its entry points name beside Python files: wheel.py FILE."""

import sys
import zipfile

NEEDED = {
    *("napari_adapter/napari.yaml", "napari_adapter/icon.svg", "napari_adapter/py.typed"),
    *(f"zoo_packages/{name}/weights.onnx" for name in ("deblur", "denoise", "denoise-unet")),
    "debcr_plugins/new_plugin/template/copier.yml",
}

missing = NEEDED - set(zipfile.ZipFile(sys.argv[1]).namelist())
if missing:
    sys.exit(f"{sys.argv[1]} lacks {', '.join(sorted(missing))}")
print(f"{sys.argv[1]} has the {len(NEEDED)} files that are looked for.")
