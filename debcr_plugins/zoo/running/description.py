"""What a model RDF says, as far as running it needs: tensors, axes, sizes, processing, weights.

Specification: https://bioimage-io.github.io/spec-bioimage-io/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from debcr_core.errors import ReadError
from debcr_core.notices import say
from debcr_core.rdf_axis_names import AXIS_NAMES
from debcr_plugins.zoo.running.described_axes import axis_of, check_sizes
from debcr_plugins.zoo.running.described_steps import step_of
from debcr_plugins.zoo.running.tensors import REAL, SINGLE, SPATIAL, WHOLE, Tensor
from debcr_plugins.zoo.running.validating import validated

Rdf = Mapping[str, Any]

MAX_STEPS = 20
"""Steps of processing: each that needs statistics is a pass over the image through all before."""


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
    axes = tuple(axis_of(axis, where, taken) for axis in plain["axes"])
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
    check_sizes(axes, where)
    told = plain.get(processing) or ()
    if len(told) > MAX_STEPS:
        raise ReadError(f"{where}: {len(told)} steps of {processing}; up to {MAX_STEPS} run here.")
    channels = next((axis.size for axis in axes if axis.letter == "c"), 1)
    steps = tuple(step_of(step, names, channels, where, taken) for step in told)
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
