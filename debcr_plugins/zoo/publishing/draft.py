"""A bundle before anything is measured: the model, what its author says, the sample, the source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.components import Floats
from debcr_core.errors import UsageError
from debcr_core.files.text import read_text
from debcr_core.published import Published
from debcr_core.torch_model import TorchModel, load_weights
from debcr_core.trained import TrainedModel, for_others
from debcr_plugins.zoo.publishing.architecture import Architecture, architecture_of
from debcr_plugins.zoo.publishing.local_files import local_file
from debcr_plugins.zoo.publishing.metadata import FILE as METADATA
from debcr_plugins.zoo.publishing.metadata import Metadata, read_metadata
from debcr_plugins.zoo.publishing.preprocessing import after_steps, check_same, through
from debcr_plugins.zoo.publishing.publishable import publishable
from debcr_plugins.zoo.publishing.tensors import read_sample
from debcr_plugins.zoo.running.choosing import UNDONE

if TYPE_CHECKING:
    import torch

    from debcr_core.plugins import Plugins


@dataclass(frozen=True)
class Draft:
    """What is known beforehand.

    Attributes
    ----------
    trained : TrainedModel
        The model.
    model : TorchModel
        Its architecture.
    network : torch.nn.Module
        The network with its weights.
    said : Metadata
        What the author says.
    text : str
        The author's README.
    sample : numpy.ndarray
        float32 ``(channel, [z,] y, x)``, raw intensities.
    architecture : Architecture
        The network's source.
    published : Published
        How the normalizer goes into the bundle.
    ours : dict
        What our own runner needs to give intensities back on the input's scale.
    timestamp : datetime
        When it was made.
    """

    trained: TrainedModel
    model: TorchModel
    network: torch.nn.Module
    said: Metadata
    text: str
    sample: Floats
    architecture: Architecture
    published: Published
    ours: dict[str, Any]
    timestamp: datetime

    def after_steps(self, raw: Floats) -> Floats:
        """Return intensities ``(channel, [z,] y, x)`` as the published network is given them."""
        return after_steps(raw, self.published, f"c{self.model.signature.spatial_axes}")

    def normalised(self, raw: Floats) -> Floats:
        """Return the same as the trained network sees them."""
        return through(self.published.before, self.after_steps(raw))


def draft(trained: TrainedModel, metadata: Path | None, plugins: Plugins) -> Draft:
    """Read whatever a bundle is made of.

    Parameters
    ----------
    trained : TrainedModel
        The model.
    metadata : Path or None
        The author's metadata; by default the file metadata.yaml beside the weights.
    plugins : Plugins
        What is installed.

    Raises
    ------
    UsageError
        If the model cannot be published as it is, or what the author gives is missing or of no
        use.
    ReadError
        If a file cannot be read.
    """
    model, weights, published = publishable(trained)
    path = metadata or _beside(trained.name, weights)
    said = read_metadata(path)
    text = _documentation(local_file(path.parent, said.documentation, "documentation"))
    sample = read_sample(local_file(path.parent, said.sample, "sample"), model, plugins)
    check_same(trained.recipe.normalizer, published, sample, f"c{model.signature.spatial_axes}")
    network = model.network()
    load_weights(network, weights, model.name)
    return Draft(
        trained=trained,
        model=model,
        network=network,
        said=said,
        text=text,
        sample=sample,
        architecture=architecture_of(*model.architecture(), published),
        published=published,
        ours=_ours(trained, published, plugins),
        timestamp=said.timestamp or datetime.now(UTC),
    )


def _beside(name: str, weights: Path) -> Path:
    """Return the metadata beside the weights."""
    beside = weights.with_name(METADATA)
    if not beside.is_file():
        raise UsageError(
            f"There is no {METADATA} beside the weights of {name}. To write one: debcr package "
            f"{name} --write-metadata {METADATA}; fill it in, and give it with --metadata "
            f"{METADATA}."
        )
    return beside


def _documentation(path: Path) -> str:
    text = read_text(path, "documentation")
    if not text.strip():
        raise UsageError(
            f"The documentation {path} is empty: say what the model does to which images, and "
            "where it fails."
        )
    return text


def _ours(trained: TrainedModel, published: Published, plugins: Plugins) -> dict[str, Any]:
    recipe = trained.recipe.model_copy(update={"weights": None})
    return {
        "version": version("debcr-zoo"),
        "recipe": recipe.to_dict(plugins),
        "components": recipe.provenance(plugins),
        # Cards of earlier trainings name the folder of the images.
        **({UNDONE: True} if published.after else {}),
        "card": for_others(trained.card).model_dump(mode="json"),
    }
