"""Package a trained model as a bundle of the BioImage Model Zoo."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from debcr_core.catalogs import find_model
from debcr_core.components import Floats
from debcr_core.errors import UsageError
from debcr_core.files.whole import check_output, whole_or_nothing
from debcr_core.stopping import Stop
from debcr_core.torch_model import run
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.publishing.architecture import FILE as ARCHITECTURE
from debcr_plugins.zoo.publishing.comparing import compare
from debcr_plugins.zoo.publishing.cover import write_cover
from debcr_plugins.zoo.publishing.documentation import documentation
from debcr_plugins.zoo.publishing.draft import Draft, draft
from debcr_plugins.zoo.publishing.exporting import ONNX, export, exported_network
from debcr_plugins.zoo.publishing.preprocessing import through
from debcr_plugins.zoo.publishing.rdf import (
    COVER,
    README,
    SAMPLE_INPUT,
    SAMPLE_OUTPUT,
    TEST_INPUT,
    TEST_OUTPUT,
    Facts,
    rdf,
)
from debcr_plugins.zoo.publishing.seam import find_seam, least_size
from debcr_plugins.zoo.publishing.tensors import test_input
from debcr_plugins.zoo.publishing.validity import check_draft, check_text

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins

RDF = "rdf.yaml"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of all files in the zip; the model's own is in its RDF."""
CONTINUED = (
    "The sample, {0} pixels, is continued by reflection to {1}, since a test needs twice the halo "
    "and a step."
)
Say = Callable[[str], None]


def package(
    source: str,
    out: Path,
    plugins: Plugins,
    *,
    metadata: Path | None = None,
    overwrite: bool = False,
    say: Say = lambda _: None,
) -> Path:
    """Package a trained model as a bundle that every consumer runs.

    Parameters
    ----------
    source : str
        A trained model as `debcr_core.load_model` takes it, whose network is a PyTorch network.
    out : Path
        The bundle, a zip.
    plugins : Plugins
        What is installed.
    metadata : Path, optional
        The author's metadata; by default the file metadata.yaml beside the weights.
    overwrite : bool
        Whether an existing bundle may be replaced.
    say : callable
        Is told what is going on, in sentences; the whole takes about a minute.

    Returns
    -------
    Path
        The bundle.

    Raises
    ------
    UsageError
        If the model cannot be published as it is, or metadata are missing or not valid.
    ReadError
        If a file cannot be read.
    WriteError
        If the bundle cannot be written.
    """
    if out.suffix != ".zip":
        raise UsageError(f"A bundle is a zip: call it {out.with_suffix('.zip').name}.")
    check_output(out, overwrite=overwrite)
    say("Checking what is published.")
    found = draft(find_model(source, plugins), metadata, plugins)
    check_draft(found)
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), found, say)
        with whole_or_nothing(out, overwrite=overwrite) as temporary:
            _write_archive(Path(folder), temporary)
    return out


def _fill(folder: Path, draft: Draft, say: Say) -> None:
    """Write all files of the bundle."""
    (folder / ARCHITECTURE).write_text(draft.architecture.source, encoding="utf-8")
    say("Exporting as state dict, TorchScript and ONNX.")
    export(draft.architecture, draft.network, draft.model, folder)
    say("Measuring how far tiles must overlap.")
    network = exported_network(draft.model)
    seam = find_seam(network, folder / ONNX, draft.after_steps(draft.sample))
    least = least_size(draft.model.signature, seam.halo)
    say("Comparing the formats with the network.")
    compared = compare(
        draft.architecture, draft.network, draft.model, least, folder, draft.published
    )
    say("Restoring the sample.")
    given = test_input(draft.sample, draft.model, least)
    if any(now > before for now, before in zip(given.shape, draft.sample.shape, strict=True)):
        say(CONTINUED.format(*map(_size, (draft.sample, given))))
    made = _made(draft, given)
    _write_tensors(folder, given[np.newaxis], made)
    write_cover(given[0], made[0, 0], folder / COVER)
    text = documentation(draft.text, draft.said, compared, seam, draft.published)
    (folder / README).write_text(text, encoding="utf-8")
    described = dump_yaml(rdf(Facts(draft, seam, least, made), folder))
    check_text(described)
    (folder / RDF).write_text(described, encoding="utf-8")


def _made(draft: Draft, given: Floats) -> Floats:
    """Return what the published network makes of the test input."""
    network = run(draft.network, "cpu")
    output: Floats = network.compute(draft.normalised(given)[np.newaxis], Stop())
    network.close()
    return through(draft.published.after, output[0])[np.newaxis]


def _size(image: Floats) -> str:
    return "×".join(map(str, image.shape[1:]))


def _write_tensors(folder: Path, given: Floats, made: Floats) -> None:
    import tifffile

    for array, test, sample in (
        (given, TEST_INPUT, SAMPLE_INPUT),
        (made, TEST_OUTPUT, SAMPLE_OUTPUT),
    ):
        np.save(folder / test, array)
        tifffile.imwrite(folder / sample, array, metadata=None, software=False)


def _write_archive(folder: Path, path: Path) -> None:
    """Pack the files of a folder, sorted by name: the same files give the same bytes."""
    with ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            member = ZipInfo(file.name, EPOCH)
            member.compress_type = ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, file.read_bytes())
