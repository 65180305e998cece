"""What a model RDF says, as far as running it needs: tensors, axes, sizes, processing, weights.

Specification: https://bioimage-io.github.io/spec-bioimage-io/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from debcr_core.errors import ReadError
from debcr_core.notices import say
from debcr_plugins.zoo.axis_names import AXIS_LETTERS, AXIS_NAMES
from debcr_plugins.zoo.processing.operations import check
from debcr_plugins.zoo.running.validating import validated

Rdf = Mapping[str, Any]
Step = dict[str, Any]

SINGLE = "s"
SPATIAL = "tzyx"
REAL = ("float32", "float64", "float16")
WHOLE = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
MAX_STEPS = 20
"""Steps of processing: each that needs statistics is a pass over the image through all before."""
MAX_PIXELS = 2**26
"""Pixels of the smallest tile, and of its margins: 8192×8192, more than any network of the zoo."""
MAX_VALUES = 2**30
"""Values of the smallest tile, in all its channels: 4 GiB as float32."""


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor.

    Attributes
    ----------
    id : str
        Its name in the RDF.
    letter : str
        ``b c t z y x``, or ``s`` for an axis of another kind or of length one, which is put in.
    size : int
        The one size, or the smallest; 1 for batches.
    step : int
        By how much sizes differ; 0 where there is but one.
    tied : str
        The axis whose size this one has, too; empty where it has a size of its own.
    scale : float
        Distance between its pixels, in units of the RDF's own.
    offset : int
        Of an output: its size minus that of the input.
    halo : int
        Of an output: margin that is not valid where a tile was cut off.
    """

    id: str
    letter: str
    size: int
    step: int = 0
    tied: str = ""
    scale: float = 1.0
    offset: int = 0
    halo: int = 0


@dataclass(frozen=True)
class Tensor:
    """The input or the output.

    Attributes
    ----------
    id : str
        Its name in the RDF.
    axes : tuple of Axis
        In the order in which the network wants them.
    dtype : str
        Type that its processing ends with.
    steps : tuple of dict
        Pre- or postprocessing, with axes named ``batch channel time z y x``.
    channel_names : tuple of str
        Names of the channels.
    test : mapping or None
        File with the test tensor: its ``source`` and ``sha256``.
    """

    id: str
    axes: tuple[Axis, ...]
    dtype: str
    steps: tuple[Step, ...] = ()
    channel_names: tuple[str, ...] = ()
    test: Mapping[str, Any] | None = None

    @property
    def layout(self) -> str:
        """The axes' letters."""
        return "".join(axis.letter for axis in self.axes)

    @property
    def spatial(self) -> str:
        """The letters of its axes of space and time, in the order of images' dims."""
        return "".join(letter for letter in SPATIAL if letter in self.layout)

    def axis(self, letter: str) -> Axis | None:
        """Return the axis of that letter, or None."""
        return next((axis for axis in self.axes if axis.letter == letter), None)


@dataclass(frozen=True)
class Description:
    """A model RDF of format 0.5.

    Attributes
    ----------
    name : str
        The model's name.
    input, output : Tensor
        The one input, and the output that is taken.
    output_index : int
        Which of the outputs that is.
    weights : mapping of str to mapping
        What each weights format says: ``source``, ``sha256``, ``architecture``…
    config : mapping
        Of all programs.
    rdf : mapping
        The whole RDF, converted to format 0.5.
    """

    name: str
    input: Tensor
    output: Tensor
    output_index: int
    weights: Mapping[str, Mapping[str, Any]]
    config: Mapping[str, Any] = field(default_factory=dict)
    rdf: Rdf = field(default_factory=dict)

    def section(self, program: str) -> Mapping[str, Any]:
        """Return what the configuration says for a program; empty where that has no keys."""
        found = self.config.get(program)
        return found if isinstance(found, Mapping) else {}


def describe(rdf: Rdf, source: str) -> Description:
    """Return what an RDF says.

    Parameters
    ----------
    rdf : mapping
        Plain values, format 0.4 or 0.5.
    source : str
        What to call it in errors.

    Raises
    ------
    ReadError
        If it is no valid model RDF, or one that cannot restore images: which of its parts, and
        why.

    Warns
    -----
    DebcrWarning
        If the model has further outputs, which are left out.
    """
    plain = validated(rdf, source)
    required = [tensor for tensor in plain["inputs"] if not tensor.get("optional")]
    if not required:
        raise ReadError(f"{source} marks all its inputs as optional, so which to give is unknown.")
    if len(required) != 1:
        names = ", ".join(tensor["id"] for tensor in required)
        raise ReadError(
            f"{source} wants {len(required)} inputs ({names}): only models of one input run here."
        )
    taken = _tensor(required[0], source, "preprocessing", None)
    index, output = _first_image(plain["outputs"], taken, source)
    return Description(
        name=plain["name"],
        input=_narrowed(taken, output),
        output=output,
        output_index=index,
        weights={kind: entry for kind, entry in plain["weights"].items() if entry is not None},
        config=plain.get("config") or {},
        rdf=plain,
    )


def _first_image(
    outputs: Sequence[Mapping[str, Any]], taken: Tensor, source: str
) -> tuple[int, Tensor]:
    """Return the first output that is an image of the input's size, and its index."""
    faults = []
    for index, output in enumerate(outputs):
        try:
            tensor = _tensor(output, source, "postprocessing", taken)
        except ReadError as error:
            faults.append(error)
            continue
        if len(outputs) > 1:
            left = [other["id"][:40] for other in outputs if other is not output]
            others = ", ".join(left[:5]) + (" …" if len(left) > 5 else "")
            say(
                f'{source} has {len(outputs)} outputs: "{tensor.id}" is taken; left out: {others}.',
                kind="outputs-left-out",
            )
        return index, tensor
    raise faults[0]


def _narrowed(taken: Tensor, output: Tensor) -> Tensor:
    """Return the input, of one size along each axis along which the output has but one."""
    axes = tuple(
        replace(axis, size=made.size, step=0)
        if axis.step and (made := output.axis(axis.letter)) and not made.step
        else axis
        for axis in taken.axes
    )
    return replace(taken, axes=axes)


def _tensor(plain: Mapping[str, Any], source: str, processing: str, taken: Tensor | None) -> Tensor:
    """Return a tensor; `taken` is the input, where this is an output."""
    where = f'{source}, tensor "{plain["id"]}"'
    axes = tuple(_axis(axis, where, taken) for axis in plain["axes"])
    letters = [axis.letter for axis in axes if axis.letter != SINGLE]
    if len(set(letters)) != len(letters):
        raise ReadError(f"{where}: two of its axes are of the same kind ({', '.join(letters)}).")
    if not {"y", "x"} <= set(letters):
        raise ReadError(f"{where}: it is no image, since it lacks an axis y or x.")
    if taken is not None:
        missing = {a.letter for a in taken.axes} ^ set(letters)
        if missing & set(SPATIAL):
            raise ReadError(
                f"{where}: its axes are {''.join(letters)}, those of the input {taken.layout}; "
                "only models that keep space and time run here."
            )
    names = {axis.id: AXIS_NAMES[axis.letter] for axis in axes if axis.letter in AXIS_NAMES}
    _check_sizes(axes, where)
    told = plain.get(processing) or ()
    if len(told) > MAX_STEPS:
        raise ReadError(f"{where}: {len(told)} steps of {processing}; up to {MAX_STEPS} run here.")
    channels = next((axis.size for axis in axes if axis.letter == "c"), 1)
    steps = tuple(_step(step, names, channels, where, taken) for step in told)
    types = [step["kwargs"]["dtype"] for step in steps if step["id"] == "ensure_dtype"]
    if taken is None and types and types[-1] not in (*REAL, *WHOLE):
        raise ReadError(
            f"{where}: the network takes pixels of type {types[-1]}, which images do not have here."
        )
    channel = next((axis for axis in plain["axes"] if axis["type"] == "channel"), None)
    return Tensor(
        id=plain["id"],
        axes=axes,
        dtype=types[-1] if types else "float32",
        steps=steps,
        channel_names=tuple(map(str, channel["channel_names"])) if channel else (),
        test=plain.get("test_tensor"),
    )


def _check_sizes(axes: Sequence[Axis], where: str) -> None:
    """Refuse sizes that no network has, before an image is continued to them."""
    own = {axis.id: axis.size for axis in axes}
    spatial = [axis for axis in axes if axis.letter in SPATIAL]
    channels = next((axis.size for axis in axes if axis.letter == "c"), 1)
    for what, sizes in {
        "a smallest size": [own.get(axis.tied, axis.size) for axis in spatial],
        "a step": [max(axis.step, 1) for axis in spatial],
        "a halo": [2 * axis.halo + 1 for axis in spatial],
        "a margin": [1 - axis.offset for axis in spatial],
    }.items():
        shown = "×".join(map(str, sizes))
        if prod(sizes) > MAX_PIXELS:
            raise ReadError(
                f"{where}: {what} of {shown} pixels is refused. Up to {MAX_PIXELS:,} pixels, more "
                "than any network of the zoo has, run here."
            )
        if channels * prod(sizes) > MAX_VALUES:
            raise ReadError(
                f"{where}: {what} of {shown} pixels with {channels:,} channels is refused. Up to "
                f"{MAX_VALUES:,} values run here."
            )


def _axis(plain: Mapping[str, Any], where: str, taken: Tensor | None) -> Axis:
    kind, name = plain["type"], plain.get("id", plain["type"])
    if kind == "batch":
        return Axis(name, "b", 1)
    if kind == "channel":
        return Axis(name, "c", len(plain["channel_names"]))
    size, scale = plain["size"], float(plain.get("scale") or 1.0)
    letter = AXIS_LETTERS.get(kind) or (name if name in ("z", "y", "x") else "")
    if (size == 1 and letter not in ("y", "x")) or _follows_single(size, scale, taken):
        return Axis(name, SINGLE, 1, scale=scale)
    if not letter:
        raise ReadError(f'{where}: the axis "{name}" of type {kind} is none that images have here.')
    if taken is not None:
        return _output_axis(plain, name, letter, where, taken)
    return _input_axis(plain, name, letter, where)


def _follows_single(size: Any, scale: float, taken: Tensor | None) -> bool:
    """Say whether an output's size is that of an axis of the input that has length one."""
    if taken is None or not isinstance(size, Mapping) or size.get("tensor_id") != taken.id:
        return False
    single = [axis for axis in taken.axes if axis.letter == SINGLE]
    followed = next((axis for axis in single if axis.id == size.get("axis_id")), None)
    return followed is not None and followed.scale == scale and not size.get("offset")


def _input_axis(plain: Mapping[str, Any], name: str, letter: str, where: str) -> Axis:
    size = plain["size"]
    scale = float(plain.get("scale") or 1.0)
    if isinstance(size, int):
        return Axis(name, letter, size, scale=scale)
    if "step" in size:
        return Axis(name, letter, size["min"], size["step"], scale=scale)
    if size.get("axis_id") and not size.get("offset"):
        return Axis(name, letter, 1, tied=size["axis_id"], scale=scale)
    raise ReadError(f'{where}: the size of axis "{name}" is neither given nor another axis\' size.')


def _output_axis(
    plain: Mapping[str, Any], name: str, letter: str, where: str, taken: Tensor
) -> Axis:
    seen = taken.axis(letter)
    size, halo = plain["size"], int(plain.get("halo") or 0)
    if seen is None:
        raise ReadError(f'{where}: the axis "{name}" is not one of the input.')
    offset = None
    if isinstance(size, int):
        seen = _of_one_size(seen, size)
        offset = size - seen.size if seen.step == 0 and not seen.tied else None
    elif size.get("tensor_id") == taken.id and size.get("axis_id") in (seen.id, seen.tied):
        same = float(plain.get("scale") or 1.0) == seen.scale
        offset = size.get("offset", 0) if same else None
    if offset is None or offset > 0 or offset % 2:
        raise ReadError(
            f'{where}: along "{name}" the output is not of the input\'s size. Models that enlarge, '
            "shrink or detect do not restore images, and do not run here."
        )
    return Axis(name, letter, seen.size, seen.step, offset=offset, halo=halo)


def _of_one_size(seen: Axis, size: int) -> Axis:
    """Return the input's axis at one size, if that is among those that it may have."""
    possible = seen.step and size >= seen.size and (size - seen.size) % seen.step == 0
    return replace(seen, size=size, step=0) if possible else seen


def _step(
    plain: Mapping[str, Any],
    names: Mapping[str, str],
    channels: int,
    where: str,
    taken: Tensor | None,
) -> Step:
    """Return a step of processing with its axes named as they are in any RDF."""
    kwargs = {key: value for key, value in (plain.get("kwargs") or {}).items() if value is not None}
    if isinstance(kwargs.get("axes"), list):
        kwargs["axes"] = [names[axis] for axis in kwargs["axes"] if axis in names]
    for key, values in kwargs.items():
        if key != "axes" and isinstance(values, list):
            kwargs[key] = _per_channel(values, channels, f"{where}: {plain['id']} has", key)
    if "axis" in kwargs:
        kwargs["axis"] = names.get(kwargs["axis"], kwargs["axis"])
    reference = kwargs.get("reference_tensor")
    if reference is not None:
        if taken is None or reference == taken.id:
            kwargs["reference_tensor"] = "input"
        else:
            raise ReadError(f'{where}: {plain["id"]} refers to "{reference}", which is not given.')
    step = {"id": plain["id"], "kwargs": kwargs}
    try:
        check(step)
    except ReadError as error:
        raise ReadError(f"{where}: {error}") from None
    return step


def _per_channel(values: list[Any], channels: int, whose: str, key: str) -> list[Any]:
    """Return one value for each channel: all are given, or one serves them all."""
    if len(values) not in (1, channels):
        raise ReadError(f"{whose} {len(values)} values as {key}, for {channels} channels.")
    return values * (channels // len(values))
