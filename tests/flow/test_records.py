"""What was done stands in a record: in the output, beside it, and enough to do it again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import tifffile

from debcr_core import (
    Card,
    Runner,
    TrainedModel,
    listening,
    make_image,
    read_image,
    replay_file,
    restore_file,
    write_image,
)
from debcr_core.errors import ReadError, UsageError
from debcr_core.files.private_paths import file_name, without_folders
from debcr_core.flow.replay import load_record
from debcr_plugins.zoo.running.onnx import Onnx

OUTPUTS = ("out.tif", "out.ome.tif", "out.ome.zarr", "out.npz")


@pytest.fixture
def cells(tmp_path, plugins):
    pixels = np.random.default_rng(0).poisson(30, (2, 60, 70)).astype(np.uint16)
    image = make_image(pixels, "cyx", channels=["DAPI", "GFP"], pixel_size={"y": 0.1, "x": 0.1})
    path = tmp_path / "cells.ome.tif"
    write_image(image, path, plugins)
    return path


def content(path: Path) -> bytes:
    """Return a file's bytes, or those of all files in a folder."""
    if path.is_file():
        return path.read_bytes()
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return b"".join(
        file.relative_to(path).as_posix().encode() + file.read_bytes() for file in files
    )


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("options", [{}, {"contrast_stretch": True, "dtype": "uint8"}])
def test_replaying_an_output_gives_its_bytes(cells, tmp_path, plugins, name, options):
    output = tmp_path / name
    again = tmp_path / f"again.{name.partition('.')[2]}"
    region = {"x": slice(8, 60)}
    restore_file(cells, output, channel="GFP", region=region, plugins=plugins, **options)
    replay_file(output, cells, again, plugins=plugins)
    assert content(again) == content(output)
    assert read_image(again, plugins).sizes["x"] == 52


def test_the_record_beside_the_output_is_the_one_in_it(cells, tmp_path, plugins):
    restore_file(cells, tmp_path / "out.tif", record=True, plugins=plugins)
    beside = json.loads((tmp_path / "out.tif.json").read_text())
    assert beside == load_record(tmp_path / "out.tif", plugins)
    replay_file(tmp_path / "out.tif.json", cells, tmp_path / "again.tif", plugins=plugins)
    assert content(tmp_path / "again.tif") == content(tmp_path / "out.tif")


def test_it_says_what_was_done(cells, tmp_path, plugins):
    restore_file(cells, tmp_path / "out.tif", plugins=plugins)
    record = load_record(tmp_path / "out.tif", plugins)
    assert record["model"]["name"] == "denoise"
    assert record["recipe"]["model"]["name"] == "debcr-zoo/m-rbcr"
    assert record["recipe"]["normalizer"]["distribution"].startswith("debcr-zoo 0.")
    assert record["recipe"]["tiler"]["parameters"] == {"tile": None, "halo": None, "memory": 2.0}
    assert record["tiles"] == {"shape": [64, 72], "count": 1}
    assert record["footprint"]["halo"] == [96, 128]
    assert record["input"]["name"] == "cells.ome.tif"
    assert record["input"]["sha256"] == os.popen(f"sha256sum {cells}").read().split()[0]
    assert record["fitted"]["one"] != record["fitted"]["zero"]
    assert {"debcr-zoo", "numpy", "backend", "instructions"} == set(record["machine"])
    assert record["warnings"] == [
        {"kind": each["kind"], "sentence": each["sentence"]} for each in record["warnings"]
    ]


def test_no_absolute_path_is_in_it(trained, identity, noise, tmp_path, plugins, cells):
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"any")
    model = trained(identity())
    card = Card(pixel_size=(5.0, 6.0))  # far from the image's: a sentence names the model
    model = type(model)(str(weights), model.recipe, weights, card)
    with listening():
        restore_file(cells, tmp_path / "out.tif", model, record=True, plugins=plugins)
    text = (tmp_path / "out.tif.json").read_text()
    assert str(tmp_path) not in text
    assert json.loads(text)["model"]["name"] == "weights.bin"
    assert "weights.bin" in json.loads(text)["warnings"][0]["sentence"]
    assert without_folders(r"C:\Users\ada\w.safetensors") == "w.safetensors"
    assert without_folders("denoise") == "denoise"


def test_images_in_memory_have_a_record_too(trained, identity, noise):
    with Runner(trained(identity())) as runner:
        record = runner.plan(noise(20, 30)).record()
        assert json.loads(json.dumps(record)) == record
        assert record["input"]["name"] is None
        other = runner.plan(noise(20, 30) + 1).record()
    assert record["input"]["sha256"] != other["input"]["sha256"]


def test_a_lazy_image_has_the_checksum_of_its_pixels_and_is_not_read_whole(monkeypatch):
    import hashlib

    import dask.array as da
    import numpy as np

    from debcr_core import image_blocks, make_image
    from debcr_core.flow.record import in_memory
    from debcr_core.stopping import Stop

    monkeypatch.setattr(image_blocks, "AT_ONCE", 4000)
    pixels = np.random.default_rng(0).integers(0, 9, (3, 4, 40, 50), np.uint16)
    for chunks in ((1, 1, 40, 50), (2, 3, 7, 50), (3, 4, 40, 20)):
        image = make_image(da.from_array(pixels, chunks), "tzyx")
        assert in_memory(image, Stop())["sha256"] == hashlib.sha256(pixels).hexdigest()
    parts = list(image_blocks.in_c_order(make_image(pixels, "tzyx")))
    assert max(part.nbytes for part in parts) <= 4000


def test_a_checksum_in_memory_heeds_a_stop(noise):
    from debcr_core import Cancelled, Stop
    from debcr_core.flow.record import in_memory

    stop = Stop()
    stop.request()
    with pytest.raises(Cancelled):
        in_memory(noise(20, 30), stop)


def edited(record, tmp_path, *keys, value):
    found = json.loads(json.dumps(record))
    place = found
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(found))
    return path


CHANGES = [
    (("input", "sha256"), "0" * 64, "The input is not the one that the record is of"),
    (("model", "sha256"), "0" * 64, r"made with denoise \(weights sha256 000000000000…\)"),
    (("model", "name"), "nothing-like-it.zip", "Say where the model of the record is: --model"),
    (("machine", "instructions"), "none", r"another kind of machine.*instructions: none then"),
    (("machine", "backend"), "torch 1.0", "backend: torch 1.0 then, onnxruntime 1"),
    (("input", "shape"), [1, 2], "of an image of shape"),
    (("recipe", "tiler", "name"), "lab/other", '"other" comes with lab, which is not installed'),
    (("footprint", "halo"), [-48, 48], '"halo.0" of "footprint" in .* greater than or equal to 0'),
    (("footprint", "memory"), "much", '"memory" of "footprint" in .* must be a valid integer'),
    (("fitted",), {"zero": "x"}, "cannot be set up from the record"),
    (("format",), "something else", "is no record of a restoration"),
]


@pytest.mark.parametrize(("keys", "value", "sentence"), CHANGES)
def test_a_record_that_does_not_fit_is_a_sentence(cells, tmp_path, plugins, keys, value, sentence):
    restore_file(cells, tmp_path / "out.tif", plugins=plugins)
    record = load_record(tmp_path / "out.tif", plugins)
    changed = edited(record, tmp_path, *keys, value=value)
    with pytest.raises(UsageError, match=sentence):
        replay_file(changed, cells, tmp_path / "again.tif", plugins=plugins)
    assert not (tmp_path / "again.tif").exists()


def test_another_machine_is_allowed_on_request(cells, tmp_path, plugins):
    restore_file(cells, tmp_path / "out.tif", plugins=plugins)
    record = load_record(tmp_path / "out.tif", plugins)
    changed = edited(record, tmp_path, "machine", "numpy", value="1.0")
    replay_file(changed, cells, tmp_path / "again.tif", any_machine=True, plugins=plugins)
    expected, found = (tifffile.imread(tmp_path / n) for n in ("out.tif", "again.tif"))
    np.testing.assert_array_equal(found, expected)


def test_what_holds_no_record_is_a_sentence(cells, tmp_path, plugins):
    with pytest.raises(ReadError, match="holds no record of a restoration"):
        replay_file(cells, cells, tmp_path / "out.tif", plugins=plugins)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(ReadError, match="is no JSON"):
        replay_file(tmp_path / "broken.json", cells, tmp_path / "out.tif", plugins=plugins)
    with pytest.raises(UsageError, match="is no record of a restoration"):
        replay_file({}, cells, tmp_path / "out.tif", plugins=plugins)


def test_a_plan_from_another_networks_record_is_refused(trained, identity, blur, noise):
    with Runner(trained(identity())) as runner, Runner(trained(blur())) as other:
        record = other.plan(noise(30, 30)).record()
        with pytest.raises(UsageError, match="open the model that the record names"):
            runner.plan(noise(30, 30), fitted=record)


def test_a_model_whose_file_has_changed_is_said_to_be_another_than_then(trained, identity, noise):
    with Runner(trained(identity())) as runner:
        record = runner.plan(noise(30, 30)).record()
        record["model"]["sha256"] = "0" * 64
        with pytest.raises(UsageError, match="open the file of that name as it was then"):
            runner.plan(noise(30, 30), fitted=record)


def test_a_record_gives_the_same_plan_whatever_the_recipe_of_the_model(trained, blur, noise):
    made = trained(
        blur(),
        normalizer={"name": "mean-std", "per": "channel"},
        tiler={"name": "overlap-grid", "tile": 32},
        blender="hann",
    ).recipe
    image = noise(2, 60, 70, dims="cyx")
    with Runner(trained(blur())) as runner:
        plan = runner.plan(image, recipe=made)
        again = runner.plan(image, fitted=plan.record())
        assert again.recipe == made
        assert again.record() == plan.record()
        np.testing.assert_array_equal(again.restore().values, plan.restore().values)
        with pytest.raises(UsageError, match="leave one of them out"):
            runner.plan(image, fitted=plan.record(), recipe=runner.trained.recipe)
        with pytest.raises(UsageError, match="along cyx, but this one has .* along zyx"):
            runner.plan(noise(2, 60, 70, dims="zyx"), fitted=plan.record())


def test_the_weights_on_record_are_those_that_were_loaded(trained, identity, noise, tmp_path):
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"first")
    model = trained(identity())
    with Runner(type(model)("test", model.recipe, weights)) as runner:
        before = runner.plan(noise(9, 9)).record()
        weights.write_bytes(b"second")
        assert runner.plan(noise(9, 9)).record() == before
        weights.unlink()
        assert runner.plan(noise(9, 9)).record() == before


WRONG = [
    ("machine", None),
    ("model", []),
    ("recipe", {}),
    ("input", None),
    ("region", "y"),
    ("region", {"y": [0]}),
    ("dtype", "nope"),
    ("dtype", "O"),
    ("contrast_stretch", {"low": [], "high": [], "top": 1}),
    ("fitted", {"zero": [[0, 1, 2]], "one": [[1, 2, 3]], "clip": False}),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_what_is_wrong_in_a_record_is_a_sentence(cells, tmp_path, plugins, key, value):
    restore_file(cells, tmp_path / "out.tif", plugins=plugins)
    record = load_record(tmp_path / "out.tif", plugins)
    changed = edited(record, tmp_path, key, value=value)
    with pytest.raises(UsageError):
        replay_file(changed, cells, tmp_path / "again.tif", plugins=plugins)


def test_other_versions_of_components_are_another_machine(cells, tmp_path, plugins):
    restore_file(cells, tmp_path / "out.tif", plugins=plugins)
    record = load_record(tmp_path / "out.tif", plugins)
    changed = edited(record, tmp_path, "recipe", "tiler", "distribution", value="debcr-zoo 9.9")
    with pytest.raises(UsageError, match="tiler: debcr-zoo 9.9 then, debcr-zoo 0"):
        replay_file(changed, cells, tmp_path / "again.tif", plugins=plugins)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("../secret/w.safetensors", "w.safetensors"),
        (r"..\secret\w.safetensors", "w.safetensors"),
        ("denoise", "denoise"),
        ("https://example.org/a/rdf.yaml", "https://example.org/a/rdf.yaml"),
    ],
)
def test_names_of_models_lose_their_folders(reference, name):
    assert file_name(reference) == name


def test_weights_beside_the_network_count(trained, tmp_path):
    onnx = pytest.importorskip("onnx")

    def checksum(value):
        nodes = [onnx.helper.make_node("Mul", ["x", "w"], ["y"])]
        x, y = (
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * 4)
            for name in "xy"
        )
        factor = np.full((1, 1, 1, 1), value, np.float32)
        weights = [onnx.numpy_helper.from_array(factor, "w")]
        graph = onnx.helper.make_graph(nodes, "scale", [x], [y], weights)
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
        model.ir_version = 9
        (tmp_path / "w.data").unlink(missing_ok=True)
        path = tmp_path / "scale.onnx"
        external = {"location": "w.data", "size_threshold": 0}
        onnx.save(model, path, save_as_external_data=True, **external)
        network = Onnx(halo=(0, 0))
        with Runner(TrainedModel("scale", trained(network).recipe, path), "cpu") as runner:
            return runner.weights_sha256, path.read_bytes()

    (first, file), (second, same_file) = checksum(1.0), checksum(2.0)
    assert file == same_file
    assert first != second
    assert checksum(1.0)[0] == first
