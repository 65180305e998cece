"""What a network's source needs beside PyTorch, as a bundle says it: a Conda environment."""

from importlib.metadata import version

from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.publishing.architecture import Architecture

FILE = "environment.yaml"


def torch_version() -> str:
    """Return the version of PyTorch, without what it is built for."""
    return version("torch").partition("+")[0]


def environment(architecture: Architecture) -> str:
    """Return the environment that the state dict runs in, as YAML."""
    pinned = {"pip": list(architecture.libraries)}
    return dump_yaml(
        {
            "channels": ["conda-forge", "nodefaults"],
            "dependencies": [f"pytorch=={torch_version()}", "pip", pinned],
        }
    )
