"""A wrong request ends with 2, a failure with 1, whatever the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from debcr_core.errors import WrongFileError, WrongOutputError
from debcr_core.files.reading import read_image
from debcr_core.files.text import read_text
from debcr_core.files.writing import write_image
from debcr_core.image import make_image

WRONG_REQUESTS = """
restore missing.tif o.tif
restore missing.tif missing2.tif out
restore cells.tif/inside o.tif
restore folder out
restore cells.tif o.png
restore cells.tif o.jpg --dtype uint16
restore stack.npy o.png --dtype uint8
restore cells.tif o.tif --dtype int64
restore cells.tif o.tif --dtype uint15
restore cells.tif nowhere/o.tif
restore cells.tif cells.tif/o.tif
restore cells.tif o.unknown
restore cells.tif notes.txt
restore cells.tif cells.tif --overwrite
restore cells.tif o.tif --axes zyx
restore cells.tif o.tif --channel GFP
restore cells.tif o.tif --region y=0:9999
restore cells.tif o.tif --tiler halo-grid tile=-1
restore cells.tif o.tif --device quantum
restore cells.tif o.tif --model unheard
restore cells.tif o.tif --model missing.safetensors
restore cells.tif o.tif --model missing.zip
restore cells.tif o.tif --model cells.tif
restore cells.tif o.tif --recipe missing.yaml
restore cells.tif o.tif --recipe list.yaml
restore cells.tif o.tif --dry-run --dtype uint15
restore cells.tif nowhere/o.tif --dry-run
restore cells.tif o.png --dry-run
restore notes.txt o.tif
restore page.tif o.tif
restore notes.txt page.tif out
info notes.txt
noise notes.txt
evaluate notes.txt cells.tif
replay notes.txt cells.tif o.tif
replay restored.json notes.txt o.tif
replay restored.json page.tif o.tif
info missing.tif
info folder
replay missing.json cells.tif o.tif
replay cells.tif cells.tif o.tif
models unheard
plugins unheard
certify missing.zip
certify cells.tif
certify folder
evaluate missing.tif cells.tif
evaluate cells.tif stack.npy
evaluate cells.tif cells.tif --json nowhere/o.json
import-weights missing.npz o.safetensors
import-weights notes.txt o.safetensors
judge same --out judged --input missing --target missing
judge same --out nowhere/judged --input cells.tif --target cells.tif
judge same --out judged --data missing.yaml
noise missing.tif
package denoise o.tar
package denoise nowhere/o.zip
package denoise o.zip --metadata missing.yaml
package denoise o.zip --metadata list.yaml
prepare missing.yaml out
prepare elsewhere.yaml out
simulate missing.yaml out
simulate list.yaml out
simulate --write-config nowhere/o.yaml
train missing.yaml
train elsewhere.yaml
train --resume folder
train --write-config nowhere/o.yaml
train elsewhere.yaml --write-config o.yaml
demo notes.txt
"""
FAILURES = """
restore cut.tif o.tif
restore cells.tif notes.txt out
restore empty.tif o.tif
restore holes.tif o.tif
restore cells.tif missing.tif out
restore cells.tif o.tif --model damaged.safetensors
restore cells.tif o.tif --recipe damaged.yaml
info cut.tif
replay damaged.json cells.tif o.tif
models damaged.safetensors
certify damaged.zip
evaluate holes.tif cells.tif
noise cut.tif
package denoise o.zip --metadata damaged.yaml
prepare damaged.yaml out
simulate damaged.yaml out
train damaged.yaml
"""


@pytest.fixture
def files(image, tmp_path):
    """Make what the requests name."""
    pixels = tifffile.imread(image)
    holes = pixels.astype(np.float32)
    holes[3, 3] = np.nan
    tifffile.imwrite(tmp_path / "holes.tif", holes)
    np.save(tmp_path / "stack.npy", np.stack([pixels] * 3))
    (tmp_path / "cut.tif").write_bytes(image.read_bytes()[:400])
    (tmp_path / "folder").mkdir()
    texts = {
        "empty.tif": "",
        "notes.txt": "no image",
        "page.tif": "<!DOCTYPE html>",
        "list.yaml": "- 1",
        "elsewhere.yaml": "data: {input: missing/, target: missing/}",
        "damaged.yaml": "data: [",
        "damaged.json": "{",
        "damaged.zip": "PK",
        "damaged.safetensors": "?",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)


def lines(requests: str) -> list[str]:
    return requests.strip().splitlines()


@pytest.mark.parametrize("request_", lines(WRONG_REQUESTS))
def test_a_wrong_request_ends_with_2(debcr, files, request_):
    result = debcr(*request_.split())
    assert result.exit_code == 2, result.output


@pytest.mark.parametrize("request_", lines(FAILURES))
def test_a_failure_ends_with_1(debcr, files, request_):
    result = debcr(*request_.split())
    assert result.exit_code == 1, result.output
    assert "This is a fault of debcr" not in result.output


def test_python_tells_them_apart_as_well(tmp_path: Path, plugins):
    with pytest.raises(WrongFileError, match="does not exist"):
        read_image(tmp_path / "missing.tif", plugins)
    with pytest.raises(WrongFileError, match="The recipe .* cannot be read"):
        read_text(tmp_path / "missing.yaml", "recipe")
    image = make_image(np.eye(9), "yx")
    with pytest.raises(WrongOutputError, match="PNG holds"):
        write_image(image, tmp_path / "o.png", plugins)
    with pytest.raises(WrongOutputError, match="create it first"):
        write_image(image, tmp_path / "nowhere" / "o.npy", plugins)
