"""The variables of a released checkpoint, by the names that Keras gave them."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

from debcr_core.components import Array
from debcr_core.errors import ReadError, UsageError, WrongFileError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.reading import check_input
from debcr_plugins.formats.numpy.npz_members import load, names

INSTALL = 'pip install "debcr-zoo[tensorflow]"'
ZIP = b"PK\x03\x04"
PART_OF_CHECKPOINT = re.compile(r"\.(index|data-\d{5}-of-\d{5})$")
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def read_variables(path: Path) -> dict[str, Array]:
    """Read a checkpoint's variables.

    Parameters
    ----------
    path : Path
        An NPZ archive with an array per variable; or a TensorFlow checkpoint: its prefix (such as
        ``ckpt-24``), one of its files, or the folder that holds it and no other.

    Returns
    -------
    dict of str to numpy.ndarray
        Arrays by layer and variable, such as ``conv2d_5__kernel``.

    Raises
    ------
    ReadError
        If there is no checkpoint, it is damaged, or TensorFlow is needed and not installed.
    UsageError
        If a folder holds several checkpoints.
    """
    prefix = checkpoint_prefix(path)
    if prefix is not None:
        return read_tensorflow(prefix)
    if check_input(path).startswith(ZIP):
        return read_npz(path)
    raise WrongFileError(
        f"{path} is no checkpoint: expected an NPZ archive or a TensorFlow checkpoint (its prefix, "
        "its .index file or its folder)."
    )


def read_npz(path: Path) -> dict[str, Array]:
    """Read the arrays of an NPZ archive."""
    with damage_explained(path, "npz"), zipfile.ZipFile(path) as archive:
        return {name: load(archive, name, path) for name in names(archive)}


def checkpoint_prefix(path: Path) -> Path | None:
    """Return what the names of a TensorFlow checkpoint's files begin with; None if it is none."""
    if path.is_dir():
        return _prefix_in(path)
    prefix = path.with_name(PART_OF_CHECKPOINT.sub("", path.name))
    return prefix if prefix.with_name(f"{prefix.name}.index").is_file() else None


def _prefix_in(folder: Path) -> Path:
    found = sorted(folder.glob("*.index"))
    if len(found) == 1:
        return found[0].with_suffix("")
    if found:
        listed = ", ".join(file.stem for file in found)
        raise UsageError(f"{folder} holds several checkpoints: {listed}. Name the one to import.")
    raise WrongFileError(f"{folder} is a folder without a TensorFlow checkpoint (a file *.index).")


def read_tensorflow(prefix: Path) -> dict[str, Array]:
    """Read a model's variables from a TensorFlow checkpoint that Keras 2 wrote.

    Their Keras names stand in the graph of objects that the checkpoint carries.
    """
    # TensorFlow reports its build and its devices on standard error when it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow as tf
        from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph
    except ImportError as error:
        raise ReadError(
            f"{prefix} is a TensorFlow checkpoint, and TensorFlow, which reads it, is not "
            f"installed. Install it: {INSTALL}"
        ) from error
    with damage_explained(prefix, "tensorflow"):
        reader = tf.train.load_checkpoint(str(prefix))
        graph = TrackableObjectGraph.FromString(reader.get_tensor(OBJECT_GRAPH))
        keys = {a.full_name: a.checkpoint_key for node in graph.nodes for a in node.attributes}
        return {
            name.replace("/", "__"): reader.get_tensor(key)
            for name, key in keys.items()
            if _is_weight(key)
        }


def _is_weight(key: str) -> bool:
    """Leave out counters and the optimizer's state."""
    return "layer_with_weights" in key and ".OPTIMIZER_SLOT" not in key
