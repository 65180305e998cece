"""Package a trained model as a bundle of the BioImage Model Zoo."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats
from debcr_core.errors import ReadError, UsageError
from debcr_core.files import check_output, whole_or_nothing
from debcr_core.strict_yaml import dump_yaml, load_yaml
from debcr_core.torch_model import TorchModel, load_weights, run
from debcr_core.trained import TrainedModel, find_model
from debcr_plugins.zoo.publishing.architecture import FILE as ARCHITECTURE
from debcr_plugins.zoo.publishing.architecture import architecture_of
from debcr_plugins.zoo.publishing.archive import write_archive
from debcr_plugins.zoo.publishing.cover import write_cover
from debcr_plugins.zoo.publishing.documentation import documentation
from debcr_plugins.zoo.publishing.exporting import export
from debcr_plugins.zoo.publishing.local_files import local_file
from debcr_plugins.zoo.publishing.metadata import FILE as METADATA
from debcr_plugins.zoo.publishing.metadata import Metadata, read_metadata
from debcr_plugins.zoo.publishing.preprocessing import clips, preprocessing
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
from debcr_plugins.zoo.publishing.seam import Seam, find_seam, least_size
from debcr_plugins.zoo.publishing.tensors import middle, normalised, read_sample
from debcr_plugins.zoo.running.description import describe

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins

RDF = "rdf.yaml"


def package(
    source: str,
    out: Path,
    plugins: Plugins,
    *,
    metadata: Path | None = None,
    overwrite: bool = False,
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
    trained = find_model(source, plugins)
    path = metadata or _beside(trained)
    said = read_metadata(path)
    with tempfile.TemporaryDirectory() as folder:
        _Bundle(trained, said, path.parent, plugins).fill(Path(folder))
        with whole_or_nothing(out, overwrite=overwrite) as temporary:
            write_archive(Path(folder), temporary)
    return out


def _beside(trained: TrainedModel) -> Path:
    """Return the metadata beside the weights."""
    beside = trained.weights.with_name(METADATA) if trained.weights else None
    if beside is None or not beside.is_file():
        raise UsageError(
            f"There is no {METADATA} beside the weights of {trained.name}. To write one: "
            f"debcr package {trained.name} --write-metadata {METADATA}; fill it in, and give it "
            f"with --metadata {METADATA}."
        )
    return beside


class _Bundle:
    """One bundle in the making."""

    def __init__(
        self, trained: TrainedModel, said: Metadata, beside: Path, plugins: Plugins
    ) -> None:
        model = trained.recipe.model
        if not isinstance(model, TorchModel) or trained.weights is None:
            raise UsageError(
                f'The model "{model.name}" of {trained.name} is no PyTorch network with weights: '
                "only these can be published in all formats of the zoo."
            )
        self.trained, self.said, self.plugins = trained, said, plugins
        self.model, self.weights = model, trained.weights
        self.sample = local_file(beside, said.sample, "sample")
        self.text = _read_text(local_file(beside, said.documentation, "documentation"))
        normalizer = trained.recipe.normalizer
        self.clips = clips(normalizer)
        self.steps = preprocessing(normalizer, f"c{model.spatial_axes}")

    def fill(self, folder: Path) -> None:
        """Write all files of the bundle."""
        raw = read_sample(self.sample, self.model, self.plugins)
        seam = find_seam(self.trained, self._normal(raw), self.plugins)
        least = least_size(self.model, seam.halo)
        given = middle(raw, self.model, least)
        network = self.model.network()
        load_weights(network, self.weights, self.model.name)
        architecture = architecture_of(*self.model.architecture(), clips=self.clips)
        (folder / ARCHITECTURE).write_text(architecture.source, encoding="utf-8")
        exported = export(architecture, network, self.model, least, folder, clips=self.clips)
        made = run(network, "cpu")(self._normal(given)[np.newaxis])
        self._write_tensors(folder, given[np.newaxis], made)
        write_cover(given[0], made[0, 0], folder / COVER)
        text = documentation(self.text, self.said, exported, seam)
        (folder / README).write_text(text, encoding="utf-8")
        facts = Facts(
            metadata=self.said,
            model=self.model,
            architecture=architecture,
            exported=exported,
            steps=self.steps,
            least=least,
            halo=seam.halo,
            ours=self._ours(seam),
            test_output=made,
            timestamp=self.said.timestamp or datetime.now(UTC),
        )
        _write_rdf(rdf(facts, folder), folder / RDF)

    def _normal(self, raw: Floats) -> Floats:
        return normalised(raw, self.steps, self.model, clips=self.clips)

    def _write_tensors(self, folder: Path, given: Floats, made: Floats) -> None:
        import tifffile

        for array, test, sample in (
            (given, TEST_INPUT, SAMPLE_INPUT),
            (made, TEST_OUTPUT, SAMPLE_OUTPUT),
        ):
            np.save(folder / test, array)
            tifffile.imwrite(folder / sample, array, metadata=None, software=False)

    def _ours(self, seam: Seam) -> dict[str, Any]:
        """Return what our own runner needs to give intensities back on the input's scale."""
        recipe = self.trained.recipe.model_copy(update={"weights": None})
        return {
            "version": version("debcr-zoo"),
            "recipe": recipe.to_dict(self.plugins),
            "card": self.trained.card.model_dump(mode="json"),
            "halo": list(seam.halo),
            "seam": seam.error,
        }


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ReadError(f"The documentation {path} cannot be read: {reason}.") from error


def _write_rdf(values: dict[str, Any], path: Path) -> None:
    """Write the RDF, and make sure that what was written is valid."""
    path.write_text(dump_yaml(values), encoding="utf-8")
    written = load_yaml(path.read_text(encoding="utf-8"), path.name)
    try:
        describe(written, "the bundle")
    except ReadError as error:
        raise UsageError(f"The metadata do not make a valid bundle: {error}") from None
