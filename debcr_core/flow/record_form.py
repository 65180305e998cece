"""What a record must be like, before any of it is believed: it may be a stranger's, or edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from debcr_core.errors import UsageError
from debcr_core.signature import MEMORY
from debcr_core.yaml.faults import explain

FORMAT = "debcr-zoo restoration 1"

Record = Mapping[str, Any]


class _Form(BaseModel):
    # A later version may say more; what it adds does no harm here.
    model_config = ConfigDict(extra="ignore")


class _Part(_Form):
    name: str
    distribution: str | None = None
    parameters: dict[str, Any]


class _Recipe(_Form):
    model: _Part
    normalizer: _Part
    tiler: _Part
    blender: _Part


class _Network(_Form):
    name: str
    sha256: str | None
    device: str
    backend: _Part | None = None
    precision: Literal["float32", "bfloat16"] = "float32"


class _Footprint(_Form):
    halo: list[Annotated[int, Field(ge=0)]]
    memory: int = Field(MEMORY, ge=1)


class _Tiles(_Form):
    shape: list[int]


class _Input(_Form):
    sha256: str
    name: str | None = None
    reader: dict[str, Any] | None = None
    axes: str | None = None
    channel: str | None = None
    dims: str
    shape: list[int]


class _Stretch(_Form):
    low: list[float] = Field(min_length=1)
    high: list[float] = Field(min_length=1)
    top: float


class RecordForm(_Form):
    """A record of a restoration (`debcr_core.Plan.record`)."""

    machine: dict[str, str]
    model: _Network
    recipe: _Recipe
    footprint: _Footprint
    tiles: _Tiles
    input: _Input
    fitted: dict[str, Any] | None
    contrast_stretch: _Stretch | None
    region: dict[str, tuple[int, int]] | None = None
    dtype: str = "float32"


def check_record(record: Any, source: str) -> None:
    """Refuse what is no record.

    Raises
    ------
    UsageError
        Naming what is missing or wrong.
    """
    if not isinstance(record, Mapping) or record.get("format") != FORMAT:
        raise UsageError(f"{source} is no record of a restoration ({FORMAT}).")
    try:
        RecordForm.model_validate(record)
    except ValidationError as error:
        raise UsageError(explain(error, source, RecordForm)) from None
