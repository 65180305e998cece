"""What a training run is told, in one YAML file."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from debcr_core.trained import Statement
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.degrading import DegradeConfig
from debcr_plugins.training.data.patch_config import PatchConfig
from debcr_plugins.training.optimizer_config import OptimizerConfig
from debcr_plugins.training.short_forms import Part


class StoppingConfig(BaseModel):
    """When training ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(100, ge=1, le=1_000_000, description="At the latest after so many epochs.")
    patience: int | None = Field(
        20,
        ge=1,
        le=1_000_000,
        description="After so many epochs in a row without a better one; null: never before.",
    )
    least_gain: float = Field(
        0.0,
        ge=0,
        le=100,
        description="What counts as better, in the unit of what is monitored: dB of PSNR.",
    )
    weights: Literal["best", "last"] = Field(
        "best",
        description="Which are for use: those of the epoch that the validation images found best, "
        "or the last ones, where these images are few and the learning rate falls to zero.",
    )


class MachineConfig(BaseModel):
    """What it runs on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accelerator: Literal["auto", "cpu", "gpu", "cuda", "mps"] = Field(
        "auto", description="auto takes a GPU where there is one."
    )
    devices: int | Literal["auto"] = Field(
        1, description="How many GPUs (or processes on a CPU), or auto: all."
    )
    nodes: int = Field(1, ge=1, le=10_000, description="How many computers of a cluster.")
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = Field(
        "32-true",
        description="bf16-mixed is several times as quick on GPUs and on CPUs that compute with "
        "bfloat16, much slower on others, and less exact; validation included.",
    )
    workers: int = Field(
        0, ge=0, le=256, description="Processes that cut patches; 0: the training process itself."
    )


class TrainingConfig(BaseModel):
    """A training run: data, recipe, loss, and how the weights are found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: DataConfig = Field(description="The images.")
    degrade: DegradeConfig | None = Field(
        None,
        description="With data.truth: what is made of good images, anew for each patch; {} takes "
        "the defaults.",
    )
    patches: PatchConfig = Field(PatchConfig(), description="What is cut from them.")
    model: Part = Field(
        {"name": "debcr-zoo/m-rbcr", "residual": True},
        description="The network, by name, with its parameters (see `debcr plugins`).",
    )
    normalizer: Part = Field(
        {"name": "debcr-zoo/percentile", "clip": False},
        description="What brings intensities to the network's scale, in training as in use.",
    )
    tiler: Part = Field({"name": "debcr-zoo/halo-grid"}, description="How images are tiled in use.")
    blender: Part = Field({"name": "debcr-zoo/crop"}, description="How tiles are joined in use.")
    loss: Part = Field({"name": "debcr-zoo/spectral"}, description="What training minimises.")
    init: str | None = Field(
        None,
        description="Start from these weights, instead of random ones: a model as `--model` takes "
        "it, of the same network.",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="Of everything random.")
    batch_size: int = Field(32, ge=1, le=65_536, description="Patches that count as one step.")
    optimizer: OptimizerConfig = Field(OptimizerConfig(), description="How weights are changed.")
    monitor: Part = Field(
        {"name": "debcr-zoo/psnr"},
        description="The metric of the validation images by which weights are judged: which are "
        "kept, and when training ends.",
    )
    stopping: StoppingConfig = Field(StoppingConfig(), description="When training ends.")
    machine: MachineConfig = Field(MachineConfig(), description="What it runs on.")
    pictures: int = Field(
        3, ge=0, le=100, description="Validation images shown as PNG after each epoch."
    )
    tensorboard: bool = Field(
        False, description='Log for TensorBoard, too (pip install "debcr-zoo[tensorboard]").'
    )
    card: Statement = Field(
        Statement(),
        description="What the trained model's card should say; trained_on is by default how many "
        "images of which kind.",
    )

    @model_validator(mode="after")
    def _degrades_truth_alone(self) -> Self:
        if self.data.truth is not None and self.degrade is None:
            raise ValueError("data.truth needs the section degrade; {} takes its defaults")
        if self.data.truth is None and self.degrade is not None:
            raise ValueError("degrade makes inputs of data.truth: name good images there")
        if self.degrade is not None and self.patches.blind_spots is not None:
            raise ValueError("with data.truth there is nothing to hide: leave out blind_spots")
        return self
