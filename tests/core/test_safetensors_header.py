"""The header of a safetensors file is read as its own library reads it, and no tensor."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from debcr_core.files.safetensors_header import metadata_of

NUMBERS = {"a": np.arange(5, dtype=np.float32), "b": np.zeros((2, 3), np.uint8)}
TEXTS = st.dictionaries(st.text(max_size=9), st.text(max_size=30), max_size=4)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("weights") / "a.safetensors"


@given(texts=TEXTS, tensors=st.sampled_from([NUMBERS, {"one": np.float32([[1]])}]))
def test_its_texts_are_those_that_were_written(path, texts, tensors):
    path.write_bytes(save(tensors, metadata=texts))
    with safe_open(path, framework="numpy") as file:
        assert metadata_of(path) == (file.metadata() or {}) == texts


def _with_header(header):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text


WHOLE = save(NUMBERS, metadata={"recipe": "model: {}"})
BROKEN = {
    "empty": b"",
    "half a number": WHOLE[:4],
    "a number alone": WHOLE[:8],
    "cut in the header": WHOLE[:40],
    "cut in the tensors": WHOLE[:-1],
    "longer": WHOLE + b"\0",
    "no JSON": (4).to_bytes(8, "little") + b"{]}!",
    "no text": (4).to_bytes(8, "little") + b"\xff\xfe{}",
    "a list": _with_header([1]),
    "a tensor that is nowhere": _with_header({"a": {"dtype": "F32", "shape": [1]}}),
    "another format": b"PK\3\4" + bytes(60),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_its_library_refuses_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(SafetensorError), safe_open(path, framework="numpy"):
        pass
    with pytest.raises(ValueError, match="its|it|Expecting|codec"):
        metadata_of(path)
