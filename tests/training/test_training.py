"""A run, from pairs of images to a model that restores."""

from __future__ import annotations

import csv
import errno
import json
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch
from pydantic import Field
from safetensors.torch import load_file

from debcr_core import Recipe, TorchModel, hookimpl, load_model, restore
from debcr_core.components import Loss
from debcr_core.errors import DebcrError, DebcrWarning, ReadError, UsageError, WriteError
from debcr_core.notices import listening
from debcr_core.plugins import Plugins
from debcr_core.signature import Signature
from debcr_plugins.mrbcr import MRBCR
from debcr_plugins.mrbcr.haar import averaged
from debcr_plugins.training.checkpoints import WholeCheckpoints, load
from debcr_plugins.training.config import OptimizerConfig
from debcr_plugins.training.module import Restorer
from debcr_plugins.training.run_folder import RunFolder
from debcr_plugins.training.training import train
from debcr_plugins.training.validation import Validation


@pytest.fixture(scope="module")
def run(tiny, tmp_path_factory, plugins):
    """A finished run on the tiny images, of which one is kept for the test."""
    config = tiny(
        data={"split": [0.6, 0.2, 0.2]},
        patches={"size": 24, "per_epoch": 16},
        stopping={"epochs": 4},
        card={"description": "Removes noise from blobs.", "licence": "MIT"},
        pictures=1,
    )
    folder = tmp_path_factory.mktemp("runs") / "run"
    train(config, folder, plugins)
    return folder


def test_it_keeps_what_is_needed_to_understand_and_repeat_it(run):
    kept = RunFolder(run)
    rows = list(csv.DictReader(kept.metrics.read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert set(rows[0]) >= {"loss", "psnr", "rmse", "learning_rate", "seconds"}
    environment = json.loads(kept.environment.read_text())
    assert environment["libraries"]["torch"] == torch.__version__
    data = json.loads(kept.data.read_text())
    assert len(data["split"]["train"]) + len(data["split"]["validation"]) >= 4
    assert kept.plot.read_bytes().startswith(b"\x89PNG")
    assert len(list(kept.pictures.glob("*.png"))) == 4
    assert (kept.report / "report.html").is_file()


def test_its_folder_is_a_trained_model(run, tiny_images, plugins):
    trained = load_model(run, plugins=plugins)
    assert trained.card.description == "Removes noise from blobs."
    assert "PSNR (dB), test set, restored" in trained.card.figures
    image = tifffile.imread(tiny_images / "noisy" / "image0.tif")
    assert restore(image, trained, plugins=plugins).shape == image.shape


def test_training_makes_images_better_than_their_input(run, plugins):
    figures = load_model(run, plugins=plugins).card.figures
    before, after = (figures[f"PSNR (dB), test set, {x}"] for x in ("input", "restored"))
    assert after > before + 1


def test_its_configuration_begins_the_same_run_again(run, tmp_path, plugins):
    from debcr_plugins.training.config_file import load_config

    again = tmp_path / "again"
    train(load_config(RunFolder(run).config), again, plugins)
    first, second = (load(RunFolder(folder).best)["state_dict"] for folder in (run, again))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_finished_run_that_is_resumed_stays_as_it_is(run, plugins, tiny_images):
    from debcr_plugins.training.config_file import load_config

    before = RunFolder(run).last.read_bytes()
    train(load_config(RunFolder(run).config), run, plugins, resume=True)
    assert RunFolder(run).last.read_bytes() == before


def test_a_folder_that_exists_is_not_written_into(tiny, tmp_path, plugins):
    with pytest.raises(UsageError, match="exists already.*--resume"):
        train(tiny(), tmp_path, plugins)


def test_a_run_does_not_go_on_with_other_images(tiny, tmp_path, plugins, tiny_images):
    import shutil

    images = shutil.copytree(tiny_images, tmp_path / "images")
    data = {"input": str(images / "noisy"), "target": str(images / "clean")}
    config = tiny(data=data, stopping={"epochs": 1})
    train(config, tmp_path / "run", plugins)
    first = images / "noisy" / "image0.tif"
    tifffile.imwrite(first, tifffile.imread(first) + 50)
    with pytest.raises(ReadError, match="no longer those that the run"):
        train(config, tmp_path / "run", plugins, resume=True)


def test_it_ends_when_nothing_gets_better(tiny, tmp_path, plugins):
    config = tiny(stopping={"epochs": 50, "patience": 2, "least_gain": 90.0})
    train(config, tmp_path / "run", plugins)
    assert len(RunFolder(tmp_path / "run").metrics.read_text().splitlines()) - 1 == 3
    train(config, tmp_path / "run", plugins, resume=True)
    assert len(RunFolder(tmp_path / "run").metrics.read_text().splitlines()) - 1 == 3


def test_best_and_last_are_two_things(tiny, tmp_path, plugins):
    """With a learning rate that ruins the network, the best epoch is an early one."""
    config = tiny(
        optimizer={"learning_rate": 0.5, "warm_up": 8}, stopping={"epochs": 5, "patience": None}
    )
    train(config, tmp_path / "run", plugins)
    last = load(RunFolder(tmp_path / "run").last)
    best = load(RunFolder(tmp_path / "run").best)
    rows = last["callbacks"]["History"]["rows"]
    assert best["epoch"] == int(np.argmax([row["psnr"] for row in rows]))
    assert best["epoch"] < last["epoch"]


def test_the_last_weights_are_for_use_where_asked_and_the_best_when_asked_again(
    tiny, tmp_path, plugins
):
    run = RunFolder(tmp_path / "run")

    def used_with(weights, resume):
        stopping = {"epochs": 5, "patience": None, "weights": weights}
        config = tiny(optimizer={"learning_rate": 0.5, "warm_up": 8}, stopping=stopping)
        train(config, run.root, plugins, resume=resume)
        return load_file(run.model)

    for weights, resume in (("last", False), ("best", True), ("last", True)):
        used = used_with(weights, resume)
        state = load(run.last if weights == "last" else run.best)["state_dict"]
        for name, values in used.items():
            assert torch.equal(values, state[f"network.{name}"])
    assert load(run.best)["epoch"] < load(run.last)["epoch"]


def test_a_run_that_was_killed_before_its_model_was_written_makes_up_for_it(
    tiny, tmp_path, plugins, monkeypatch
):
    run, config = RunFolder(tmp_path / "run"), tiny(stopping={"epochs": 2})

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("debcr_plugins.training.training.export", killed)
        train(config, run.root, plugins)
    assert not run.model.exists()
    assert not run.last.exists()  # so that the epoch is repeated
    train(config, run.root, plugins, resume=True)
    assert run.model.exists()


class Diverging(Loss):
    """Is NaN from the third step on."""

    name = "diverging"

    def measure(self, restored, truth, degraded):
        loss = (restored - truth).square().mean()
        Diverging.steps += 1
        return loss * torch.nan if Diverging.steps > 2 else loss


class Filter(TorchModel):
    """One convolution, in two or three dimensions, of one or two channels."""

    name = "filter"

    dims: str = Field("yx", description="Axes.")
    seen: int = Field(1, description="Channels.")

    @property
    def signature(self):
        axes = len(self.dims.replace("c", ""))
        return Signature(self.dims, (1,) * axes, (1,) * axes, channels_in=self.seen)

    def network(self):
        kind = torch.nn.Conv2d if len(self.signature.spatial_axes) == 2 else torch.nn.Conv3d
        return kind(self.seen, self.seen, 3, padding=1)


class Offering:
    @staticmethod
    @hookimpl
    def debcr_losses():
        return [Diverging]

    @staticmethod
    @hookimpl
    def debcr_models():
        return [Filter]


@pytest.fixture(scope="module")
def extended():
    found = Plugins.discover()
    found.register(Offering(), name="training-tests")
    return found


def test_a_loss_that_is_no_number_ends_it_and_keeps_the_last_checkpoint(tiny, tmp_path, extended):
    Diverging.steps = 0
    config = tiny(loss={"name": "diverging"})
    with pytest.raises(DebcrError, match=r"The loss is nan in step 3 \(epoch 2\).*learning rate"):
        train(config, tmp_path / "run", extended)
    assert load(RunFolder(tmp_path / "run").last)["epoch"] == 0


def test_a_full_disk_ends_it_and_keeps_the_last_checkpoint(tiny, tmp_path, plugins, monkeypatch):
    train(tiny(stopping={"epochs": 1}), tmp_path / "run", plugins)
    before = RunFolder(tmp_path / "run").last.read_bytes()

    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WriteError, match="No space left"):
        WholeCheckpoints().save_checkpoint({}, RunFolder(tmp_path / "run").last)
    assert RunFolder(tmp_path / "run").last.read_bytes() == before
    kept = RunFolder(tmp_path / "run").last.parent.iterdir()
    assert sorted(path.name for path in kept) == ["best.ckpt", "last.ckpt"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 1000])
def test_a_damaged_checkpoint_is_a_sentence(tmp_path, content):
    (tmp_path / "last.ckpt").write_bytes(content)
    with pytest.raises(ReadError, match="is damaged"):
        load(tmp_path / "last.ckpt")


def test_fewer_patches_than_a_batch_make_smaller_batches_and_that_is_said(tiny, tmp_path, plugins):
    config = tiny(batch_size=32, patches={"per_epoch": 5}, stopping={"epochs": 1})
    with pytest.warns(DebcrWarning, match="5 patches, fewer than a batch of 32"):
        train(config, tmp_path / "run", plugins)


def test_a_second_noisy_acquisition_serves_as_target(tiny, tmp_path, plugins, tiny_images):
    second = tmp_path / "second"
    second.mkdir()
    for path in (tiny_images / "clean").iterdir():
        clean = tifffile.imread(path)
        noisy = np.random.default_rng(9).poisson(clean + 10).astype(np.float32)
        tifffile.imwrite(second / path.name, noisy)
    config = tiny(data={"target": str(second)}, stopping={"epochs": 1})
    assert train(config, tmp_path / "run", plugins).weights.is_file()


def test_without_targets_the_network_guesses_hidden_pixels(tiny, tmp_path, plugins):
    config = tiny(
        data={"target": None}, patches={"blind_spots": {"share": 0.05}}, stopping={"epochs": 3}
    )
    train(config, tmp_path / "run", plugins)
    rows = load(RunFolder(tmp_path / "run").last)["callbacks"]["History"]["rows"]
    assert rows[-1]["psnr"] > 5


def test_a_network_that_copies_its_input_does_badly_on_hidden_pixels(tiny, plugins):
    from debcr_plugins.pairs.opening import open_data
    from debcr_plugins.training.parts import recipe_of

    config = tiny(data={"target": None})
    recipe = recipe_of(config, plugins)
    data = open_data(config.data, recipe.normalizer, plugins, axes="yx")
    validation = Validation(data.validation, recipe)
    untrained = recipe.model.network()  # residual: it returns its input
    with validation.runner(recipe.model, untrained) as runner:
        assert validation.measure(0, runner)["psnr"] < 40


@pytest.mark.parametrize(
    ("dims", "seen", "axes"), [("yx", 1, "yx"), ("zyx", 1, "zyx"), ("cyx", 2, "cyx")]
)
def test_any_network_of_a_plugin_trains(tiny, tmp_path, extended, dims, seen, axes):
    folders = {kind: tmp_path / kind for kind in ("noisy", "clean")}
    for kind, folder in folders.items():
        folder.mkdir()
        for number in range(4):
            shape = (6, 20, 24) if axes == "zyx" else (2, 20, 24) if axes == "cyx" else (20, 24)
            pixels = np.random.default_rng(number).random(shape, np.float32)
            np.save(folder / f"{number}.npy", pixels if kind == "clean" else pixels + 0.1)
    config = tiny(
        data={"input": str(folders["noisy"]), "target": str(folders["clean"]), "axes": axes},
        model={"name": "filter", "dims": dims, "seen": seen},
        patches={"size": 4 if axes == "zyx" else 8},
        stopping={"epochs": 2},
    )
    trained = train(config, tmp_path / "run", extended)
    assert trained.recipe.model == Filter(dims=dims, seen=seen)


@pytest.mark.parametrize("haar", [False, True])
def test_the_loss_is_the_sum_over_the_network_s_scales(plugins, haar):
    model, loss = MRBCR(haar=haar), plugins.create("loss", "spectral")
    nothing = Validation([], Recipe.model_construct())
    restorer = Restorer(model, loss, OptimizerConfig(), 0, nothing, 1)
    restorer.log = lambda *_, **__: None
    rng = np.random.default_rng(0)
    degraded, truth = (torch.from_numpy(rng.random((2, 1, 32, 48), np.float32)) for _ in range(2))
    outputs, _ = restorer.network.forward_all(degraded)
    shown = [averaged(truth, s) if haar else truth[..., ::s, ::s] for s in (1, 2, 4)]
    scales = zip(outputs, shown, strict=True)
    expected = sum(loss.measure(out, part, part) for out, part in scales)
    assert restorer.training_step((degraded, truth), 0).item() == pytest.approx(expected.item())


def test_hidden_pixels_alone_count_and_count_fully(plugins):
    loss = plugins.create("loss", "mse")
    nothing = Validation([], Recipe.model_construct())
    restorer = Restorer(MRBCR(residual=True), loss, OptimizerConfig(), 0, nothing, 1)
    degraded, truth, mask = (torch.zeros(1, 1, 16, 16) for _ in range(3))
    truth[0, 0, 4, 5], truth[0, 0, 9, 9], mask[0, 0, 4, 5], mask[0, 0, 0, 0] = 3.0, 100.0, 1.0, 1.0
    found = restorer._scale_loss(torch.zeros(1, 1, 16, 16), truth, degraded, [mask])
    assert found.item() == pytest.approx(9 / 2)


def test_an_average_of_pixels_of_which_some_are_seen_does_not_count(plugins):
    loss = plugins.create("loss", "mse")
    nothing = Validation([], Recipe.model_construct())
    restorer = Restorer(MRBCR(haar=True, residual=True), loss, OptimizerConfig(), 0, nothing, 1)
    degraded, truth = torch.zeros(1, 1, 16, 16), torch.ones(1, 1, 16, 16)
    mask = torch.zeros(1, 1, 16, 16)
    mask[0, 0, 0, 0] = 1.0
    seen = restorer._scale_loss(torch.zeros(1, 1, 8, 8), truth, degraded, [mask])
    mask[0, 0, :4:2, :4:2] = 1.0
    hidden = restorer._scale_loss(torch.zeros(1, 1, 8, 8), truth, degraded, [mask])
    assert (seen.item(), hidden.item()) == (0.0, pytest.approx(1.0))


def test_it_starts_from_the_weights_of_a_trained_model(run, tiny, tmp_path, plugins):
    config = tiny(init=str(run), stopping={"epochs": 1}, optimizer={"learning_rate": 1e-12})
    train(config, tmp_path / "tuned", plugins)
    before, after = (load(RunFolder(f).best)["state_dict"] for f in (run, tmp_path / "tuned"))
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=0, atol=1e-9)


def test_it_starts_from_the_state_dict_of_a_bundle(run, tiny, tmp_path, plugins):
    from debcr_plugins.training.starting import start_from

    folder = tmp_path / "bundle"
    folder.mkdir()
    state = {
        name.removeprefix("network."): value
        for name, value in load(RunFolder(run).best)["state_dict"].items()
    }
    torch.save(state, folder / "weights.pt")
    (folder / "rdf.yaml").write_text(
        "type: model\nformat_version: 0.5.4\nweights:\n  pytorch_state_dict: {source: weights.pt}\n"
    )
    network = load_model(run, plugins=plugins).recipe.model.network()
    start_from(str(folder), network, "s-rbcr", plugins)
    assert all(torch.equal(network.state_dict()[name], value) for name, value in state.items())


def test_a_network_without_biases_starts_from_one_with_them(tmp_path, plugins):
    from debcr_plugins.training.starting import start_from

    form = {"haar": True, "residual_chains": True, "residual": True}
    given = MRBCR(**form).network().state_dict()
    torch.save(given, tmp_path / "weights.pt")
    network = MRBCR(**form, biases=False).network()
    with listening() as heard:
        start_from(str(tmp_path / "weights.pt"), network, "m-rbcr", plugins)
    held = network.state_dict()
    assert all(torch.equal(tensor, given[name]) for name, tensor in held.items())
    left_out = given.keys() - held.keys()
    assert {name.rpartition(".")[2] for name in left_out} == {"bias"}
    (warning,) = heard
    assert warning.kind == "biases-left-out"
    assert f"The {len(left_out)} biases of {tmp_path / 'weights.pt'} are left out" in str(warning)


def test_a_start_without_biases_is_told_to_a_network_with_them(tmp_path, plugins):
    from debcr_plugins.training.starting import start_from

    torch.save(MRBCR(biases=False).network().state_dict(), tmp_path / "weights.pt")
    with pytest.raises(ReadError) as raised:
        start_from(str(tmp_path / "weights.pt"), MRBCR().network(), "m-rbcr", plugins)
    assert '"biases: false" under "model"' in str(raised.value)
    assert "missing" not in str(raised.value)
    with pytest.raises(ReadError, match="has 106; .* has shape .* and [0-9]+ more"):
        start_from(str(tmp_path / "weights.pt"), MRBCR(haar=True).network(), "m-rbcr", plugins)


def test_weights_of_another_network_are_no_start(run, tiny, tmp_path, plugins):
    config = tiny(init=str(run), model={"name": "m-rbcr"})
    with pytest.raises(ReadError, match='do not fit the model "m-rbcr"'):
        train(config, tmp_path / "run", plugins)
    assert not (tmp_path / "run").exists()


def test_an_unfinished_run_has_its_best_weights_in_use(tiny, tmp_path, extended):
    Diverging.steps = 0
    with pytest.raises(DebcrError, match="The loss is nan"):
        train(tiny(loss={"name": "diverging"}), tmp_path / "run", extended)
    assert load_model(tmp_path / "run", plugins=extended).weights.is_file()


def test_a_run_whose_configuration_was_changed_does_not_go_on(tiny, tmp_path, plugins):
    train(tiny(stopping={"epochs": 1}), tmp_path / "run", plugins)
    faster = tiny(stopping={"epochs": 2}, optimizer={"learning_rate": 0.1})
    with pytest.raises(UsageError, match=r"was changed \(optimizer\) since the run began"):
        train(faster, tmp_path / "run", plugins, resume=True)
    train(tiny(stopping={"epochs": 2}), tmp_path / "run", plugins, resume=True)
    assert load(RunFolder(tmp_path / "run").last)["epoch"] == 1


def test_a_run_goes_on_where_its_images_were_moved(tiny, tmp_path, plugins, tiny_images):
    import shutil

    train(tiny(stopping={"epochs": 1}), tmp_path / "run", plugins)
    images = shutil.copytree(tiny_images, tmp_path / "images")
    data = {"input": str(images / "noisy"), "target": str(images / "clean")}
    train(tiny(data=data, stopping={"epochs": 2}), tmp_path / "run", plugins, resume=True)
    assert load(RunFolder(tmp_path / "run").last)["epoch"] == 1


@pytest.mark.parametrize(("factor", "goes_on"), [(1 + 1e-9, True), (1.001, False)])
def test_images_may_differ_by_rounding_from_those_that_a_run_began_with(
    tiny, tmp_path, plugins, factor, goes_on
):
    train(tiny(stopping={"epochs": 1}), tmp_path / "run", plugins)
    folder = RunFolder(tmp_path / "run")
    record = json.loads(folder.data.read_text())
    fitted = next(iter(record["normalisation"]["train"].values()))["input"]
    fitted["one"] = [[factor * fitted["one"][0][0]]]
    folder.data.write_text(json.dumps(record))
    refused = pytest.raises(ReadError, match="no longer those") if not goes_on else nullcontext()
    with refused:
        train(tiny(stopping={"epochs": 2}), folder.root, plugins, resume=True)


def test_a_run_from_before_a_parameter_came_goes_on(tiny, tmp_path, plugins):
    train(tiny(stopping={"epochs": 1}), tmp_path / "run", plugins)
    last = RunFolder(tmp_path / "run").last
    checkpoint = load(last)
    kept = next(v for k, v in checkpoint["callbacks"].items() if k.startswith("KeepLast"))
    del kept["config"]["degrade"], kept["config"]["data"]["truth"]
    torch.save(checkpoint, last)
    train(tiny(stopping={"epochs": 2}), tmp_path / "run", plugins, resume=True)
    assert load(last)["epoch"] == 1


def test_a_run_without_its_last_checkpoint_does_not_begin_anew(tiny, tmp_path, plugins):
    train(tiny(stopping={"epochs": 2}), tmp_path / "run", plugins)
    RunFolder(tmp_path / "run").last.unlink()
    with pytest.raises(ReadError, match=r"last\.ckpt is missing, so the run cannot go on"):
        train(tiny(stopping={"epochs": 3}), tmp_path / "run", plugins, resume=True)


def test_a_model_that_was_deleted_is_made_again(tiny, tmp_path, plugins):
    config = tiny(stopping={"epochs": 1})
    train(config, tmp_path / "run", plugins)
    before = load_model(tmp_path / "run", plugins=plugins)
    RunFolder(tmp_path / "run").model.unlink()
    assert train(config, tmp_path / "run", plugins, resume=True).card == before.card


def test_two_processes_do_not_train_in_one_folder(tiny, tmp_path, plugins):
    config = tiny(stopping={"epochs": 1})
    train(config, tmp_path / "run", plugins)
    with RunFolder(tmp_path / "run").held(), pytest.raises(UsageError, match="Another process"):
        train(config, tmp_path / "run", plugins, resume=True)


def test_the_start_is_not_needed_to_go_on(run, tiny, tmp_path, plugins):
    import shutil

    start = shutil.copytree(run, tmp_path / "start")
    config = tiny(init=str(start), stopping={"epochs": 1})
    train(config, tmp_path / "run", plugins)
    shutil.rmtree(start)
    longer = tiny(init=str(start), stopping={"epochs": 2})
    train(longer, tmp_path / "run", plugins, resume=True)


def test_images_without_the_channels_that_the_network_sees_are_refused(tmp_path, tiny, extended):
    for kind in ("noisy", "clean"):
        (tmp_path / kind).mkdir()
        for number in range(4):
            pixels = np.random.default_rng(number).random((3, 20, 24), np.float32)
            np.save(tmp_path / kind / f"{number}.npy", pixels)
    config = tiny(
        data={"input": str(tmp_path / "noisy"), "target": str(tmp_path / "clean"), "axes": "cyx"},
        model={"name": "filter", "dims": "cyx", "seen": 2},
    )
    with pytest.raises(UsageError, match="works on 2 channels at once, but the image has 3"):
        train(config, tmp_path / "run", extended)


def test_patches_that_the_network_cannot_take_are_refused(tiny, tmp_path, plugins):
    config = tiny(model={"name": "m-rbcr"}, patches={"size": 18})
    with pytest.raises(UsageError, match="sizes must be multiples of 4"):
        train(config, tmp_path / "run", plugins)


def test_images_that_were_trained_on_are_no_test(tiny, tiny_images, tmp_path, plugins):
    same = {"input": str(tiny_images / "noisy"), "target": str(tiny_images / "clean")}
    with pytest.raises(UsageError, match="named for training and for the test as well"):
        train(tiny(data={"test": same}), tmp_path / "run", plugins)


def test_targets_beside_hidden_pixels_are_said_to_serve_the_validation(tiny, tmp_path, plugins):
    config = tiny(patches={"blind_spots": {}}, stopping={"epochs": 1})
    with pytest.warns(DebcrWarning, match="learns from the inputs alone"):
        train(config, tmp_path / "run", plugins)


def test_a_result_that_is_worse_than_its_input_is_said(tiny, tmp_path, plugins):
    config = tiny(
        data={"split": [0.5, 0.2, 0.3]},
        optimizer={"learning_rate": 1e-6},
        stopping={"epochs": 1},
        model={"name": "s-rbcr"},
    )
    with pytest.warns(DebcrWarning, match="worse than their inputs"):
        train(config, tmp_path / "run", plugins)


def test_the_input_s_own_psnr_stands_beside_that_of_the_output(run, tiny_images):
    rows = list(csv.DictReader(RunFolder(run).metrics.read_text().splitlines()))
    (before,) = {float(row["psnr_input"]) for row in rows}
    image, target = (
        tifffile.imread(tiny_images / kind / f"{name}.tif").astype(float)
        for name in json.loads(RunFolder(run).data.read_text())["split"]["validation"]
        for kind in ("noisy", "clean")
    )
    expected = 20 * np.log10(np.ptp(target) / np.sqrt(np.mean((image - target) ** 2)))
    assert before == pytest.approx(expected, abs=1e-3)


@pytest.mark.skipif(not hasattr(__import__("os"), "getuid"), reason="permissions of Unix")
def test_others_may_read_the_model_as_they_may_the_rest(run):
    kept = RunFolder(run)
    assert kept.model.stat().st_mode == kept.metrics.stat().st_mode
