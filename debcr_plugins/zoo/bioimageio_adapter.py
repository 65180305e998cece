"""Let bioimageio.core's prediction pipeline run a model of ours.

Needs bioimageio.core and so is imported by those who use it only::

    from bioimageio.core import create_prediction_pipeline, load_model_description
    from debcr_core import load_model
    from debcr_plugins.zoo.bioimageio_adapter import TrainedModelAdapter

    described = load_model_description("denoise.zip")
    adapter = TrainedModelAdapter(described, load_model("denoise"))
    pipeline = create_prediction_pipeline(described, model_adapter=adapter)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from bioimageio.core import MemberId, Tensor
from bioimageio.core._model_adapter import ModelAdapter
from bioimageio.spec.model import AnyModelDescr

from debcr_core.errors import UsageError
from debcr_core.flow.runner import Runner
from debcr_core.trained import TrainedModel
from debcr_plugins.zoo.running.description import describe
from debcr_plugins.zoo.running.network import from_layout, to_layout

Tensors = Mapping[MemberId, Tensor | None]


class TrainedModelAdapter(ModelAdapter):
    """The network of a trained model, for a pipeline that does all the rest as its RDF says.

    Normalisation and tiles are the pipeline's; the recipe's are not used.

    Parameters
    ----------
    model_description : bioimageio.spec.model.AnyModelDescr
        Names the tensors and their axes; one input and one output.
    trained : TrainedModel
        Whose network runs.
    device : str
        As in `debcr_core.restore`.

    Raises
    ------
    UsageError
        If the network sees other axes or channels than the description says.
    """

    def __init__(
        self, model_description: AnyModelDescr, trained: TrainedModel, device: str = "auto"
    ) -> None:
        plain = model_description.model_dump(mode="json")
        self._described = describe(plain, f'the description "{model_description.name}"')
        self._trained = trained
        self._check_axes()
        super().__init__(model_description, devices=[device])

    def _check_axes(self) -> None:
        channel = self._described.input.axis("c")
        told = (self._described.input.spatial, channel.size if channel else 1)
        seen = self._trained.recipe.model.signature
        if told != (seen.spatial_axes, seen.channels_in):
            raise UsageError(
                f"The model {self._trained.name} sees {seen.channels_in} channels and the axes "
                f"{seen.spatial_axes}, but the description says {told[1]} and {told[0]}."
            )

    def load(self) -> None:
        """Load the network."""
        (device,) = self._devices or ("auto",)
        self._runner: Runner | None = Runner(self._trained, device)
        super().load()

    def forward(self, inputs: Tensors) -> dict[MemberId, Tensor | None]:
        """Run the network on one tensor of any batch size."""
        assert self._runner is not None, "the network was unloaded"
        seen, made = self._described.input, self._described.output
        tensor = inputs[MemberId(seen.id)]
        assert tensor is not None
        array = tensor.transpose(self._input_axes[0]).to_numpy()
        block = from_layout(array, self._described.input.spatial, seen.layout)
        # One entry at a time: some kernels round differently for other batch sizes.
        outputs = [self._runner.predict(np.ascontiguousarray(entry[np.newaxis])) for entry in block]
        result = to_layout(np.concatenate(outputs), self._described.input.spatial, made.layout)
        return {MemberId(made.id): Tensor(result, dims=self._output_axes[0])}

    def unload(self) -> None:
        """Drop the network."""
        if self._runner is not None:
            self._runner.close()
        self._runner = None
        super().unload()  # type: ignore[no-untyped-call]
