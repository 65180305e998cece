"""No code of a bundle runs unless the user trusts it; what is damaged or amiss is found.

Each payload would touch a file: that file not being there proves that it did not run.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from debcr_core import Recipe, load_model, restore
from debcr_core.errors import (
    DebcrError,
    DebcrWarning,
    ReadError,
    UntrustedCodeError,
    UsageError,
)
from debcr_core.trained import TrainedModel
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.mrbcr import SRBCR
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.tilers.halo_grid import HaloGrid

ARCHITECTURE = """
from pathlib import Path
import torch

Path({marker!r}).touch()

class Network(torch.nn.Module):
    def __init__(self, bias=True):
        super().__init__()
        self.layer = torch.nn.Conv2d(1, 1, 3, padding=1, bias=bias)

    def forward(self, x):
        return self.layer(x)
"""
IMAGE = np.random.default_rng(0).normal(size=(30, 41)).astype(np.float32)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x):
        return self.layer(x)


def expected():
    with torch.inference_mode():
        return Network()(torch.from_numpy(IMAGE)[None, None])[0, 0].numpy()


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "touched"


@pytest.fixture
def offering(bundle, sha256, marker):
    """Return a function that writes a bundle with these weights formats."""

    def make(*formats, state=None, digest=True, halo=1, **architecture):
        folder = bundle()
        rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
        weights = {}
        if "pytorch_state_dict" in formats:
            (folder / "network.py").write_text(ARCHITECTURE.format(marker=str(marker)))
            torch.save(state or Network().state_dict(), folder / "weights.pt")
            own = {"source": "network.py", "callable": "Network", "kwargs": {}}
            if digest:
                own["sha256"] = sha256(folder / "network.py")
            if "import_from" in architecture:
                own = {"kwargs": {}}
            weights["pytorch_state_dict"] = {
                "source": "weights.pt",
                "pytorch_version": "2.13.0",
                "architecture": {**own, **architecture},
            }
        if "torchscript" in formats:
            example = torch.zeros(1, 1, 9, 9)
            torch.jit.trace(Network(), example).save(str(folder / "script.pt"))
            weights["torchscript"] = {"source": "script.pt", "pytorch_version": "2.13.0"}
        for entry in weights.values():
            if digest:
                entry["sha256"] = sha256(folder / entry["source"])
        if "onnx" in formats:
            weights["onnx"] = rdf["weights"]["onnx"]
        rdf["weights"] = weights
        for axis in rdf["outputs"][0]["axes"][2:]:
            axis["halo"] = halo
        (folder / "rdf.yaml").write_text(dump_yaml(rdf))
        return folder

    return make


def run(folder, plugins, **options):
    return restore(IMAGE, str(folder), plugins=plugins, **options).values


@pytest.mark.parametrize("kind", ["pytorch_state_dict", "torchscript"])
def test_code_is_refused_by_default_and_runs_once_it_is_trusted(offering, plugins, marker, kind):
    folder = offering(kind)
    with pytest.raises(UntrustedCodeError, match="code that comes with it.*--trust-code") as told:
        run(folder, plugins)
    assert "--trust-code" not in told.value.danger
    assert not marker.exists()
    result = run(folder, plugins, trust_code=True)
    np.testing.assert_allclose(result, expected(), rtol=1e-5, atol=1e-5)
    assert marker.exists() == (kind == "pytorch_state_dict")


def test_the_safest_format_is_taken_even_from_a_bundle_that_is_trusted(
    offering, convolution, plugins, marker
):
    folder = offering("pytorch_state_dict", "torchscript", "onnx")
    result = run(folder, plugins, trust_code=True)
    np.testing.assert_allclose(result, convolution().whole(IMAGE[None])[0], rtol=1e-5, atol=1e-5)
    assert not marker.exists()


def named_by_http(folder, kind):
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    entry = rdf["weights"][kind]
    entry["source"] = f"http://example.org/{entry['source']}"
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))


def test_weights_named_by_http_are_no_reason_against_others(offering, convolution, plugins):
    folder = offering("pytorch_state_dict", "onnx")
    named_by_http(folder, "pytorch_state_dict")
    result = run(folder, plugins)
    np.testing.assert_allclose(result, convolution().whole(IMAGE[None])[0], rtol=1e-5, atol=1e-5)


def test_the_safest_weights_that_may_be_fetched_are_taken(offering, plugins):
    folder = offering("torchscript", "onnx")
    named_by_http(folder, "onnx")
    with pytest.raises(UsageError, match=r"\(TorchScript\).*--trust-code"):
        run(folder, plugins)
    np.testing.assert_allclose(
        run(folder, plugins, trust_code=True), expected(), rtol=1e-5, atol=1e-5
    )


def test_weights_that_are_named_by_http_alone_are_refused(offering, plugins):
    folder = offering("onnx")
    named_by_http(folder, "onnx")
    with pytest.raises(ReadError, match=r"as weights \(onnx\), but .* only https is allowed"):
        run(folder, plugins)


def test_a_state_dict_for_a_network_of_ours_runs_it_without_any_code(
    offering, plugins, marker, tmp_path
):
    recipe = Recipe(
        model=SRBCR(residual=True), normalizer=Percentile(), tiler=HaloGrid(), blender=Crop()
    )
    torch.manual_seed(1)
    state = SRBCR(residual=True).network().state_dict()
    folder = offering("pytorch_state_dict", state=state)
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    rdf["config"] = {"debcr": {"recipe": recipe.to_dict(plugins)}}
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    save_file(state, tmp_path / "w.safetensors")
    own = TrainedModel("own", recipe, tmp_path / "w.safetensors")
    np.testing.assert_array_equal(run(folder, plugins), restore(IMAGE, own, plugins=plugins).values)
    assert not marker.exists()


def test_a_recipe_of_components_that_are_not_installed_is_said_and_left(offering, plugins):
    folder = offering("onnx")
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    rest = {"normalizer": "none", "tiler": "halo-grid", "blender": "crop"}
    rdf["config"] = {"debcr": {"recipe": {"model": "elsewhere", **rest}}}
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    with pytest.warns(DebcrWarning, match="runs as the RDF describes it"):
        load_model(folder, plugins=plugins)


def test_what_is_installed_of_a_recipe_is_kept(offering, plugins, tmp_path):
    recipe = Recipe(
        model=SRBCR(residual=True), normalizer=Percentile(), tiler=HaloGrid(), blender=Crop()
    )
    torch.manual_seed(1)
    state = SRBCR(residual=True).network().state_dict()
    folder = offering("pytorch_state_dict", state=state)
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    recorded = {**recipe.to_dict(plugins), "blender": {"name": "lab-other/smooth", "soft": 3}}
    rdf["config"] = {"debcr": {"recipe": recorded}}
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    save_file(state, tmp_path / "w.safetensors")
    own = restore(IMAGE, TrainedModel("own", recipe, tmp_path / "w.safetensors"), plugins=plugins)
    with pytest.warns(DebcrWarning, match=r"lab-other, .*pip install lab-other.* joined as usual"):
        opened = load_model(folder, plugins=plugins)
    # Its intensities are the image's, not those between 0 and 1.
    np.testing.assert_array_equal(restore(IMAGE, opened, plugins=plugins).values, own.values)


@pytest.mark.parametrize("trust_code", [False, True])
def test_no_function_of_a_library_is_ever_called(offering, plugins, marker, trust_code):
    architecture = {
        "import_from": "os",
        "callable": "system",
        "kwargs": {"command": f"touch {marker}"},
    }
    folder = offering("pytorch_state_dict", **architecture)
    with pytest.raises((UsageError, ReadError), match=r"--trust-code|os\.system is no class"):
        run(folder, plugins, trust_code=trust_code)
    assert not marker.exists()


def test_a_library_class_of_networks_is_called(offering, plugins):
    torch.manual_seed(0)
    kwargs = {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": 1}
    state = torch.nn.Conv2d(**kwargs).state_dict()
    architecture = {"import_from": "torch.nn", "callable": "Conv2d", "kwargs": kwargs}
    folder = offering("pytorch_state_dict", state=state, **architecture)
    np.testing.assert_allclose(
        run(folder, plugins, trust_code=True), expected(), rtol=1e-5, atol=1e-5
    )


def test_a_library_that_is_not_installed_is_named(offering, plugins):
    architecture = {"import_from": "no_such_library.nets", "callable": "Net", "kwargs": {}}
    folder = offering("pytorch_state_dict", **architecture)
    with pytest.raises(UsageError, match=r"needs the library no_such_library\.nets"):
        run(folder, plugins, trust_code=True)


@pytest.mark.parametrize("name", ["network.py", "weights.pt"])
def test_files_that_are_not_what_was_published_do_not_run(offering, plugins, marker, name):
    folder = offering("pytorch_state_dict")
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ReadError, match=f"{name}.*sha256"):
        run(folder, plugins, trust_code=True)
    assert not marker.exists()


def test_code_that_changes_between_check_and_reading_does_not_run(
    offering, plugins, marker, monkeypatch
):
    folder = offering("pytorch_state_dict")
    read = Path.read_bytes

    def read_another(path):
        return read(path) + (b"\npass\n" if path.name == "network.py" else b"")

    monkeypatch.setattr(Path, "read_bytes", read_another)
    with pytest.raises(ReadError, match=r"network\.py changed while it was read"):
        run(folder, plugins, trust_code=True)
    assert not marker.exists()


def test_code_that_ends_the_program_ends_in_a_sentence(offering, plugins, sha256):
    folder = offering("pytorch_state_dict")
    (folder / "network.py").write_text("raise SystemExit(0)")
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    architecture = rdf["weights"]["pytorch_state_dict"]["architecture"]
    architecture["sha256"] = sha256(folder / "network.py")
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    with pytest.raises(ReadError, match=r"network\.py ends the program"):
        run(folder, plugins, trust_code=True)


def test_missing_checksums_of_weights_and_code_are_said(offering, plugins):
    folder = offering("pytorch_state_dict", digest=False)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        run(folder, plugins, trust_code=True)
    told = " ".join(str(w.message) for w in said)
    assert "no sha256 for weights.pt" in told
    assert "no sha256 for network.py" in told


class Touching:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return type(self.marker).touch, (self.marker,)


def test_code_that_is_pickled_among_the_weights_does_not_run(offering, plugins, tmp_path):
    pickled = tmp_path / "pickled"
    state = {**Network().state_dict(), "more": Touching(pickled)}
    folder = offering("pytorch_state_dict", state=state)
    with pytest.raises(ReadError, match="more than the weights of a network"):
        run(folder, plugins, trust_code=True)
    assert not pickled.exists()


def without_bias():
    return {"layer.weight": torch.ones(1, 1, 3, 3)}


def with_more():
    return {**Network().state_dict(), "layer.scale": torch.ones(1)}


def with_nan():
    return {**Network().state_dict(), "layer.bias": torch.tensor([torch.nan])}


@pytest.mark.parametrize(
    ("state", "fragment"),
    [
        (without_bias, "of a network without biases, and this one has 1"),
        (with_more, "layer.scale is unknown"),
        (with_nan, "layer.bias holds NaN"),
    ],
)
def test_state_dicts_that_do_not_fit_are_refused(offering, plugins, state, fragment):
    folder = offering("pytorch_state_dict", state=state())
    with pytest.raises(ReadError, match=fragment):
        run(folder, plugins, trust_code=True)


def test_nan_in_onnx_weights_is_found(bundle, convolution, plugins):
    network = convolution()
    network.kernel[0, 0, 1, 1] = np.nan
    with pytest.raises(ReadError, match="hold NaN"):
        run(bundle(network), plugins)


def test_nan_in_torchscript_is_found(offering, plugins, sha256):
    folder = offering("torchscript")
    network = torch.jit.load(folder / "script.pt")
    with torch.no_grad():
        network.layer.bias.fill_(torch.nan)
    network.save(str(folder / "script.pt"))
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    rdf["weights"]["torchscript"]["sha256"] = sha256(folder / "script.pt")
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    with pytest.raises(ReadError, match=r"layer\.bias hold NaN"):
        run(folder, plugins, trust_code=True)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x08\x09" * 500])
@pytest.mark.parametrize("kind", ["torchscript", "pytorch_state_dict", "onnx"])
def test_damaged_weights_are_a_sentence(offering, plugins, sha256, kind, content):
    folder = offering(kind)
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    entry = rdf["weights"][kind]
    (folder / entry["source"]).write_bytes(content)
    entry["sha256"] = sha256(folder / entry["source"])
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    with pytest.raises(ReadError, match=entry["source"]):
        run(folder, plugins, trust_code=True)


def test_onnx_weights_in_another_file_outside_are_not_read(bundle, sha256, tmp_path, plugins):
    import onnx

    folder = bundle()
    (tmp_path / "secret").write_bytes(b"\0" * 36)
    network = onnx.load(folder / "weights.onnx")
    kernel = next(t for t in network.graph.initializer if t.name == "kernel")
    kernel.ClearField("raw_data")
    kernel.data_location = onnx.TensorProto.EXTERNAL
    kernel.external_data.add(key="location", value="../secret")
    (folder / "weights.onnx").write_bytes(network.SerializeToString())
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    rdf["weights"]["onnx"]["sha256"] = sha256(folder / "weights.onnx")
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    with pytest.raises(ReadError, match="lie in another file"):
        run(folder, plugins)


@pytest.mark.parametrize("trust_code", [False, True])
def test_custom_processing_never_runs(bundle, plugins, marker, sha256, tmp_path, trust_code):
    code = tmp_path / "bundle" / "process.py"
    folder = bundle(
        preprocessing=[
            {
                "id": "custom",
                "source": "process.py",
                "callable": "process",
                "kwargs": {},
            }
        ]
    )
    code.write_text(f"open({str(marker)!r}, 'w')\ndef process(): return lambda x: x\n")
    with pytest.raises(DebcrError, match="custom"):
        run(folder, plugins, trust_code=trust_code)
    assert not marker.exists()
