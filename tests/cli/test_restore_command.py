"""`debcr restore` does what was asked, or says in a sentence why not and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tifffile
from PIL import Image

from debcr_core.files.reading import read_image
from debcr_core.flow.plan import Plan


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("output", ["out.tif", "out.ome.tif", "out.ome.zarr", "out.npy", "out.npz"])
def test_one_file_is_restored_to_any_format(debcr, image, tmp_path, plugins, output):
    result = debcr("restore", image, output, "--model", "same")
    assert result.exit_code == 0, result.output
    restored = read_image(tmp_path / output, plugins)
    np.testing.assert_allclose(restored, tifffile.imread(image), rtol=1e-5)
    assert restored.dtype == np.float32
    if output != "out.npy":
        assert restored.attrs["pixel_size"]["x"] == pytest.approx(0.1)
        assert restored.attrs["unit"]["x"] == "micrometer"
    assert names(tmp_path) == sorted(["cells.tif", output])


def test_the_inputs_type_is_kept_on_request(debcr, image, tmp_path):
    assert debcr("restore", image, "o.tif", "--model", "same", "--dtype", "input").exit_code == 0
    written = tifffile.imread(tmp_path / "o.tif")
    assert written.dtype == np.uint16
    np.testing.assert_array_equal(written, tifffile.imread(image))


def test_contrast_is_stretched_to_the_whole_range(debcr, image, tmp_path):
    options = ("--model", "same", "--contrast-stretch", "--dtype", "uint8")
    assert debcr("restore", image, "o.png", *options).exit_code == 0
    written = np.asarray(Image.open(tmp_path / "o.png"))
    assert (written.min(), written.max()) == (0, 255)


def test_parts_of_the_recipe_can_be_replaced(debcr, image):
    options = ("--normalizer", "percentile", "low=1", "high=99", "--blender", "hann")
    options += ("--tiler", "overlap-grid", "tile=32", "overlap=0.5")
    assert debcr("restore", image, "out.tif", "--model", "same", *options).exit_code == 0


def test_a_recipe_file_is_used(debcr, image, tmp_path):
    recipe = "model: identity\nweights: same\nnormalizer: min-max\ntiler: halo-grid\nblender: crop"
    (tmp_path / "my.yaml").write_text(recipe)
    assert debcr("restore", image, "out.tif", "--recipe", "my.yaml").exit_code == 0
    both = debcr("restore", image, "b.tif", "--recipe", "my.yaml", "--model", "same")
    assert both.exit_code == 2
    assert "leave one out" in both.output


def test_one_channel_is_chosen_by_name(debcr, tmp_path):
    pixels = np.arange(2 * 20 * 30, dtype=np.uint16).reshape(2, 20, 30)
    metadata = {"axes": "CYX", "Channel": {"Name": ["DAPI", "GFP"]}}
    tifffile.imwrite("two.ome.tif", pixels, metadata=metadata)
    result = debcr("restore", "two.ome.tif", "out.tif", "--model", "same", "--channel", "gfp")
    assert result.exit_code == 2
    assert 'Did you mean "GFP"?' in result.output
    result = debcr("restore", "two.ome.tif", "out.tif", "--model", "same", "--channel", "GFP")
    assert result.exit_code == 0, result.output
    np.testing.assert_allclose(tifffile.imread("out.tif").squeeze(), pixels[1], rtol=1e-5)


def test_a_folder_is_restored_file_by_file(debcr, image, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    image.rename(raw / "a.tif")
    Image.fromarray(np.eye(20, dtype=np.uint8) * 200).save(raw / "b.png")
    (raw / "notes.txt").write_text("not an image")
    assert debcr("restore", "raw", "restored", "--model", "same").exit_code == 0
    assert names(tmp_path / "restored") == ["a.tif", "b.tif"]


def test_one_bad_file_in_a_folder_does_not_stop_the_others(debcr, image, tmp_path):
    (tmp_path / "aaa.tif").write_bytes(b"II*\0 broken")
    result = debcr("restore", "*.tif", "restored", "--model", "same")
    assert result.exit_code == 1
    assert "1 of 2 images could not be restored" in result.output
    assert names(tmp_path / "restored") == ["cells.tif"]


def test_two_inputs_with_one_output_are_refused(debcr, image, tmp_path):
    Image.fromarray(np.eye(20, dtype=np.uint8)).save("cells.png")
    result = debcr("restore", "cells.tif", "cells.png", "restored", "--model", "same")
    assert result.exit_code == 2
    assert "restore them singly" in result.output


def test_two_inputs_with_one_output_do_not_stop_the_others(debcr, image, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("a.tif", "b.tif"):
        (raw / name).write_bytes(image.read_bytes())
    Image.fromarray(np.eye(20, dtype=np.uint8)).save(raw / "b.png")
    result = debcr("restore", "raw", "restored", "--model", "same")
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "raw/b.png and raw/b.tif would be written to restored/b.tif" in said
    assert "2 of 3 images could not be restored" in said
    assert names(tmp_path / "restored") == ["a.tif"]


def rgb(path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (9, 8, 3), np.uint8)).save(path)


def palette(path):
    picture = Image.fromarray(np.eye(9, dtype=np.uint8), mode="P")
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.save(path)


def text(path):
    path.write_text("I am no image")


def empty(path):
    path.write_bytes(b"")


def nan(path):
    tifffile.imwrite(path, np.full((5, 5), np.nan, np.float32))


def infinite(path):
    tifffile.imwrite(path, np.array([[0, np.inf]], np.float32))


def complex_pixels(path):
    np.save(path, np.ones((4, 4), np.complex64))


def objects(path):
    np.save(path, np.array([{}, 1], object), allow_pickle=True)


def no_pixels(path):
    np.save(path, np.zeros((0, 5)))


def several_arrays(path):
    np.savez(path, first=np.eye(5), second=np.eye(5))


def channels_last(path):
    np.save(path, np.ones((30, 20, 2), np.uint8))


def folder(path):
    path.mkdir()


BAD_INPUTS = [
    ("missing.tif", None, [], 2, "does not exist"),
    ("cellz.tif", None, [], 2, "Did you mean cells.tif"),
    ("folder.tif", folder, [], 2, "folder"),
    ("empty.tif", empty, [], 1, "0 bytes"),
    ("text.tif", text, [], 2, "holds text, not an image"),
    ("rgb.png", rgb, [], 2, "--channel red"),
    ("rgb.png", rgb, ["--channel", "cyan"], 2, 'no channel "cyan"'),
    ("palette.png", palette, [], 1, "palette"),
    ("nan.tif", nan, [], 1, "NaN or infinite pixels"),
    ("inf.tif", infinite, [], 1, "NaN or infinite pixels"),
    ("complex.npy", complex_pixels, [], 1, "complex"),
    ("objects.npy", objects, [], 1, "objects"),
    ("nothing.npy", no_pixels, [], 1, "no pixels"),
    ("several.npz", several_arrays, [], 2, "second"),
    ("last.npy", channels_last, [], 2, "--axes yxc"),
    ("cells.tif", None, ["--axes", "zyx"], 2, 'Axes "zyx"'),
    ("cells.tif", None, ["--axes", "yy"], 2, "at most once"),
    ("cells.tif", None, ["--channel", "GFP"], 2, 'no channel "GFP"'),
    ("cells.tif", None, ["--tiler", "halo-gird"], 2, 'Did you mean "halo-grid"'),
    ("cells.tif", None, ["--tiler", "halo-grid", "tiel=9"], 2, 'Did you mean "tile"'),
    ("cells.tif", None, ["--tiler", "halo-grid", "tile=0"], 2, "greater than or equal to 1"),
    ("cells.tif", None, ["--tiler", "halo-grid", "tile=8", "halo=4"], 2, "larger tile"),
    ("cells.tif", None, ["--dtype", "uint7"], 2, 'no pixel type "uint7"'),
    ("cells.tif", None, ["--dtype", "(2,"], 2, 'no pixel type "(2,"'),
    ("x" * 300 + ".tif", None, [], 1, "File name too long"),
    ("cells.tif", None, ["--model", "sane"], 2, 'Did you mean "same"'),
    ("cells.tif", None, ["--model", "cells.tif"], 2, "is no trained model"),
    ("cells.tif", None, ["--model", ""], 2, "name is empty"),
    ("cells.tif", None, ["--model", "missing.safetensors"], 2, "no weights file"),
    ("cells.tif", None, ["--recipe", "missing.yaml"], 2, "cannot be read: No such file"),
    ("cells.tif", None, ["--sharpen"], 2, "--sharpen"),
]


@pytest.mark.parametrize(("name", "make", "options", "status", "sentence"), BAD_INPUTS)
def test_bad_input_is_a_sentence(debcr, image, tmp_path, name, make, options, status, sentence):
    if make is not None:
        make(tmp_path / name)
    before = names(tmp_path)
    model = [] if "--model" in options or "--recipe" in options else ["--model", "same"]
    result = debcr("restore", name, "out.tif", *options, *model)
    assert result.exit_code in (status if isinstance(status, tuple) else (status,)), result.output
    assert sentence in " ".join(result.output.split())
    assert names(tmp_path) == before


BAD_OUTPUTS = [
    ("cells.tif", 2, "Input and output are the same file"),
    ("old.tif", 2, "exists already"),
    ("no-such-folder/out.tif", 2, "does not exist: create it first"),
    ("out.xyz", 2, "no suffix that says in which format"),
    ("out", 2, "no suffix that says in which format"),
    ("out.png", 2, "--dtype"),
]


@pytest.mark.parametrize(("output", "status", "sentence"), BAD_OUTPUTS)
def test_a_bad_output_is_a_sentence(debcr, image, tmp_path, output, status, sentence):
    (tmp_path / "old.tif").write_text("precious")
    result = debcr("restore", image, output, "--model", "same")
    assert result.exit_code == status, result.output
    assert sentence in " ".join(result.output.split())
    assert names(tmp_path) == ["cells.tif", "old.tif"]
    assert (tmp_path / "old.tif").read_text() == "precious"


def test_an_existing_output_is_replaced_on_request(debcr, image, tmp_path):
    (tmp_path / "old.tif").write_text("old")
    options = ("--model", "same", "--overwrite")
    assert debcr("restore", image, "old.tif", *options).exit_code == 0
    assert tifffile.imread("old.tif").shape == (70, 90)


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (KeyboardInterrupt, 130, "Interrupted"),
        (MemoryError, 1, "out of memory"),
        (OSError(28, "No space left on device"), 1, "No space left"),
    ],
)
def test_what_happens_midway_leaves_nothing(
    debcr, image, tmp_path, monkeypatch, error, status, sentence
):
    blocks = Plan.blocks

    def fail_after_some(*args, **options):
        yield next(blocks(*args, **options))
        raise error

    monkeypatch.setattr(Plan, "blocks", fail_after_some)
    result = debcr("restore", image, "out.tif", "--model", "same")
    assert result.exit_code == status
    assert sentence in result.output
    assert names(tmp_path) == ["cells.tif"]


def test_an_unforeseen_fault_is_no_traceback(debcr, image, monkeypatch):
    def fail(*args, **options):
        raise AssertionError("impossible")

    monkeypatch.setattr("debcr_core.flow.file_restoration.open_source", fail)
    result = debcr("restore", image, "out.tif", "--model", "same")
    assert result.exit_code == 1
    assert "AssertionError: impossible. This is a fault of debcr" in result.output


def test_yaml_traps_in_a_recipe_are_refused(debcr, image, tmp_path):
    (tmp_path / "trap.yaml").write_text("a: &a [x, x]\nb: &b [*a, *b]\n")
    result = debcr("restore", image, "out.tif", "--recipe", "trap.yaml")
    assert result.exit_code == 1
    assert "the alias *b" in result.output


def test_evaluate_prints_a_table_and_writes_json_and_a_plot(debcr, image, tmp_path):
    debcr("restore", image, "out.tif", "--model", "same")
    result = debcr("evaluate", "out.tif", image, "--json", "f.json", "--plot", "frc.png")
    assert result.exit_code == 0, result.output
    assert "PSNR" in result.output
    figures = json.loads((tmp_path / "f.json").read_text())["result"]
    assert {"PSNR", "SSIM", "NRMSE", "RMSE", "Entropy"} <= {figure["name"] for figure in figures}
    assert Image.open("frc.png").size[0] > 300


def test_evaluate_refuses_images_of_other_shape(debcr, image):
    tifffile.imwrite("small.tif", np.eye(5))
    result = debcr("evaluate", "small.tif", image)
    assert result.exit_code == 2
    assert "crop or resample" in " ".join(result.output.split())


def test_info_shows_what_is_in_a_file(debcr, image):
    result = debcr("info", image)
    assert result.exit_code == 0
    for fact in ("y x", "70 × 90", "uint16", "0.1 micrometer"):
        assert fact in result.output


def test_info_counts_the_pixels_that_restoring_refuses(debcr):
    pixels = np.full((9, 10), 3, np.float32)
    pixels[:2, 0], pixels[2, 0], pixels[3, 0] = np.nan, np.inf, 8
    np.save("holes.npy", pixels)
    np.save("nothing.npy", np.full((9, 10), np.nan))
    shown = " ".join(debcr("info", "holes.npy").output.split())
    assert "3 … 8, mean 3.05747; 3 of 90 pixels are NaN or infinite, which" in shown
    shown = " ".join(debcr("info", "nothing.npy").output.split())
    assert "90 of 90 pixels are NaN or infinite" in shown
    assert "nan …" not in shown
    assert debcr("restore", "holes.npy", "o.tif", "--model", "same").exit_code == 1


def test_info_shows_several_files_and_says_which_cannot_be_read(debcr, image, tmp_path):
    tifffile.imwrite("b.tif", np.zeros((5, 7), np.uint8))
    (tmp_path / "broken.tif").write_bytes(b"II*\0 broken")
    result = debcr("info", "b.tif", "broken.tif", image)
    assert result.exit_code == 1
    for fact in ("5 × 7", "70 × 90", "1 of 3 files could not be read"):
        assert fact in result.output
    assert debcr("info", "[bc]*s.tif").output.count("axes") == 1
    assert debcr("info", tmp_path).output.count("axes") == 2


def test_info_lists_the_images_of_a_group(debcr, zarr_groups, tmp_path):
    zarr_groups().plate(tmp_path / "p.zarr", {"A/1": ("0", "1"), "B/2": ("0",)})
    result = debcr("info", "p.zarr")
    assert result.exit_code == 0, result.output
    for fact in ("3 images", "A/1/0", "A/1/1", "B/2/0", "2 × 20 × 30", "uint16"):
        assert fact in result.output
    assert "p.zarr/A/1/1" in debcr("info", "p.zarr/A/1/1").output


def test_plugins_explains_a_component_and_its_parameters(debcr):
    result = debcr("plugins", "halo-grid")
    assert result.exit_code == 0
    assert "tile" in result.output
    assert "memory" in result.output
    assert debcr("plugins", "halo-gird").exit_code == 2


def test_plugins_lists_everything(debcr):
    result = debcr("plugins")
    assert result.exit_code == 0
    assert "halo-grid" in result.output


def test_models_lists_and_explains(debcr):
    assert "same" in debcr("models").output
    assert "Changes nothing." in debcr("models", "same").output


def test_where_there_is_no_terminal_there_is_no_progress_bar(debcr, image):
    result = debcr("restore", image, "out.tif", "--model", "same")
    assert result.output.strip() == "Wrote out.tif"


def test_names_that_look_like_markup_are_shown_as_they_are(debcr, tmp_path):
    metadata = {"axes": "CYX", "Channel": {"Name": ["GFP [/em]", "[red]"]}}
    tifffile.imwrite("odd.ome.tif", np.zeros((2, 9, 9), np.uint8), metadata=metadata)
    result = debcr("info", "odd.ome.tif")
    assert result.exit_code == 0
    assert "GFP [/em], [red]" in result.output


def test_a_terminal_that_cannot_show_a_name_does_not_end_the_program(image):
    other = image.with_name("細胞.tif")
    image.rename(other)
    command = [sys.executable, "-m", "debcr_core", "info", str(other)]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    result = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert result.returncode == 0, result.stderr


def test_the_folder_of_the_input_is_no_output(debcr, image, tmp_path):
    (tmp_path / "plate.zarr").mkdir()
    inside = image.rename(tmp_path / "plate.zarr" / "a.tif")
    result = debcr("restore", inside, "plate.zarr", "--model", "same", "--overwrite")
    assert result.exit_code == 2
    assert "plate.zarr holds the input" in " ".join(result.output.split())
    assert inside.exists()


def test_several_images_are_not_written_to_a_file_name(debcr, image):
    tifffile.imwrite("other.tif", np.eye(9))
    result = debcr("restore", image, "other.tif", "result.tif", "--model", "same")
    assert result.exit_code == 2
    assert "need a folder" in result.output


def test_evaluate_reads_what_the_reader_is_told(debcr):
    np.savez("pair.npz", low=np.eye(30), gt=np.eye(30) * 2)
    np.save("truth.npy", np.eye(30))
    told = ("--reader", "npz", "array=low")
    assert debcr("evaluate", "pair.npz", "pair.npz", *told, "--metric", "rmse").exit_code == 0


def test_of_the_originals_training_data_the_truth_is_the_reference(debcr):
    np.savez("pair.npz", low=np.zeros((4, 30, 30, 1)), gt=np.full((4, 30, 30, 1), 3.0))
    done = debcr("evaluate", "pair.npz", "pair.npz", "--metric", "rmse", "--json", "-")
    assert done.exit_code == 0
    assert '"value": 3.0' in done.output


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_with_130(image, sent):
    program = """
import signal
import sys
from debcr_core.cli import app, info
# Where the tests run in the background of a shell, SIGINT is inherited as ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
def wait(*args, **kwargs):
    import time
    print("ready", flush=True)
    time.sleep(30)
info.read_image = wait
sys.argv = ["debcr", "info", sys.argv[1]]
app.run()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(image)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().strip() == "ready"
    time.sleep(0.1)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted" in errors
    assert "Traceback" not in errors
