"""What a user says about the patches that a network is trained on."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from debcr_core.errors import UsageError

Side = Annotated[int, Field(ge=4, le=8192)]


class BlindSpots(BaseModel):
    """Noise2Void: pixels that the network must guess from their surroundings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(
        1 / 64, gt=0, le=0.25, description="Share of a patch's pixels that are hidden."
    )
    radius: int = Field(
        2,
        ge=1,
        le=32,
        description="How far away, along each axis, the pixel lies that replaces one.",
    )


class PatchConfig(BaseModel):
    """How patches are cut, chosen and varied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: Side | tuple[Side, ...] = Field(
        128,
        description="Pixels along each axis that the model tiles, one number for all or one for "
        "each ([z,] y, x); a multiple of the model's stride.",
    )
    per_epoch: int | None = Field(
        None, ge=1, description="Patches in an epoch; by default as many as cover the images once."
    )
    prefer_signal: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of the patches that are placed where the target shows something; the "
        "others lie anywhere.",
    )
    flips: bool = Field(True, description="Mirror half of the patches along y, half along x.")
    rotations: bool = Field(
        True, description="Turn patches by right angles in the plane; they must be square."
    )
    gain_jitter: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Vary the intensity of input and target alike: by a factor of up to one plus "
        "or minus this, and an offset of up to this, on the network's scale.",
    )
    noise: float = Field(
        0.0,
        ge=0,
        description="Add Gaussian noise to the input, of a standard deviation between 0 and this, "
        "on the network's scale.",
    )
    blind_spots: BlindSpots | None = Field(
        None, description="Noise2Void: learn to guess hidden pixels of the input, without targets."
    )

    @model_validator(mode="after")
    def _square_to_turn(self) -> Self:
        sides = self.size if isinstance(self.size, tuple) else (self.size,)
        if self.rotations and len(set(sides[-2:])) > 1:
            raise ValueError(
                "patches that are turned must be square in the plane: choose one size for y and "
                "x, or rotations: false"
            )
        return self

    def shape(self, axes: str) -> tuple[int, ...]:
        """Return the size along each axis that a model tiles.

        Parameters
        ----------
        axes : str
            The model's axes; ``c`` is not tiled.

        Raises
        ------
        UsageError
            If the config gives another number of sizes.
        """
        spatial = axes.replace("c", "")
        sides = self.size if isinstance(self.size, tuple) else (self.size,) * len(spatial)
        if len(sides) != len(spatial):
            raise UsageError(
                f"The patch size has {len(sides)} numbers, but the model works on the axes "
                f"{spatial}: give one number, or {len(spatial)}."
            )
        return sides
