"""What a user says about the training data: where they are, how they pair and how they divide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from debcr_core.image import DIMS

NAME = "{name}"
Share = Annotated[float, Field(ge=0, le=1)]


class Source(BaseModel):
    """Where pairs of images are found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: str | None = Field(
        None,
        description="Degraded images: a folder, a file, a glob, an OME-Zarr image, or what holds "
        "several, such as a plate.",
    )
    target: str | None = Field(
        None,
        description="What they should have been, likewise; a second noisy acquisition for "
        "Noise2Noise; left out for Noise2Void.",
    )
    npz: str | None = Field(
        None,
        description="In place of input and target: NPZ file, glob or folder in the original "
        "DeBCR's format, with the arrays low and gt.",
    )
    truth: str | None = Field(
        None,
        description="In place of input and target: good images, as input names its own, of which "
        "training makes inputs as the section degrade says.",
    )

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if sum(source is not None for source in (self.input, self.npz, self.truth)) != 1:
            raise ValueError("name the images either by input (and target), by npz or by truth")
        if self.input is None and self.target is not None:
            raise ValueError("an npz or a truth holds its targets: leave out target")
        return self

    @property
    def has_targets(self) -> bool:
        """Whether there is something to compare with: a target, or what stands for it."""
        return any(source is not None for source in (self.target, self.npz, self.truth))

    def relative_to(self, folder: Path) -> Self:
        """Return the same with relative paths taken from a folder: that of the config file."""
        paths = {key: getattr(self, key) for key in ("input", "target", "npz", "truth")}
        return self.model_copy(
            update={key: str(folder / path) for key, path in paths.items() if path is not None}
        )


class DataConfig(Source):
    """Where the images are, which belong together, and which are kept from training."""

    validation: Source | None = Field(
        None, description="Images to validate with; by default a share of the others."
    )
    test: Source | None = Field(
        None, description="Images for the final figures; by default a share of the others."
    )
    split: tuple[Share, Share, Share] = Field(
        (0.8, 0.1, 0.1),
        description="Shares for training, validation and test: of the images, or of each image's "
        "longest side where there are too few.",
    )
    gap: int = Field(
        16, ge=0, description="Pixels between the regions of one image, which no part uses."
    )
    seed: int = Field(0, ge=0, description="Which images go to which part.")
    input_pattern: str | None = Field(
        None, description='Names of the inputs without suffix, such as "{name}_confocal".'
    )
    target_pattern: str | None = Field(
        None, description='Names of the targets without suffix, such as "{name}_sted".'
    )
    input_channel: str | None = Field(
        None, description="Channel of the input files, by name or number; by default all."
    )
    target_channel: str | None = Field(
        None, description="Channel of the target files, by name or number; by default all."
    )
    axes: str | None = Field(
        None, description="Axes of all files, where they name them wrongly or not at all."
    )
    target_scale: Literal["own", "input"] = Field(
        "own",
        description="Whose statistics normalise the target: its own, for two instruments; the "
        "input's, where both are on one scale and differ in noise or blur alone.",
    )
    max_shift: float | None = Field(
        2.0,
        gt=0,
        description="Pixels by which input and target may be shifted before a pair counts as "
        "unaligned; null: not checked.",
    )
    skip_unaligned: bool = Field(False, description="Leave unaligned pairs out.")

    @field_validator("split")
    @classmethod
    def _whole(cls, split: tuple[float, float, float]) -> tuple[float, float, float]:
        if abs(sum(split) - 1) > 1e-6 or split[0] == 0:
            raise ValueError("the shares must add up to 1, and training needs one above 0")
        return split

    @field_validator("input_pattern", "target_pattern")
    @classmethod
    def _names_once(cls, pattern: str | None) -> str | None:
        if pattern is not None and pattern.count(NAME) != 1:
            raise ValueError(f"a pattern holds {NAME} once")
        return pattern

    @field_validator("axes")
    @classmethod
    def _known_axes(cls, axes: str | None) -> str | None:
        if axes is not None and not (set("yx") <= set(axes) <= set(DIMS)):
            raise ValueError(f"axes are letters of {DIMS}, with y and x")
        return axes

    @model_validator(mode="before")
    @classmethod
    def _truth_has_one_scale(cls, values: Any) -> Any:
        """Take the input's scale where the input is made of the truth."""
        made = isinstance(values, dict) and values.get("truth") is not None
        return {"target_scale": "input", **values} if made else values

    @model_validator(mode="after")
    def _has_targets_throughout(self) -> Self:
        if self.target_pattern is not None and self.target is None:
            raise ValueError("target_pattern needs target")
        if self.truth is not None and self.target_scale == "own":
            raise ValueError(
                "an input that is made of the truth has its scale: target_scale: input"
            )
        for part in ("validation", "test"):
            source = getattr(self, part)
            if source is not None and self.has_targets and not source.has_targets:
                raise ValueError(f"{part} needs a target, as the images for training have")
            if source is not None and source.truth is not None and self.truth is None:
                raise ValueError(f"{part} needs an input, as the images for training have")
        return self

    def relative_to(self, folder: Path) -> Self:
        """Return the same with relative paths taken from a folder: that of the config file."""
        held_out = {"validation": self.validation, "test": self.test}
        return (
            super()
            .relative_to(folder)
            .model_copy(
                update={
                    key: source and source.relative_to(folder) for key, source in held_out.items()
                }
            )
        )
