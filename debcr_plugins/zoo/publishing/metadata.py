"""What an author says about a model: a small YAML file, of which the rest of the RDF is made."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from debcr_core.errors import UsageError, WrongFileError
from debcr_core.files.text import read_text
from debcr_core.yaml.faults import explain
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.zoo.publishing.forms import (
    DatasetId,
    Doi,
    GitHubUser,
    ModelName,
    PersonName,
    ThreeNumbers,
)

FILE = "metadata.yaml"


class Part(BaseModel):
    """Base of all parts: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Part):
    """An author or maintainer."""

    name: PersonName = Field(description="Full name, first name first.")
    affiliation: str | None = Field(None, description="University, institute or company.")
    email: str | None = Field(None, description="Address for questions.")
    orcid: str | None = Field(None, description="ORCID, such as 0000-0001-2345-6789.")
    github_user: GitHubUser | None = Field(None, description="GitHub user, whom the zoo asks.")


class Citation(Part):
    """What users should cite."""

    text: str = Field(description="Authors, title, year.")
    doi: Doi | None = Field(None, description="Its DOI, such as 10.1007/978-3-031-73226-3_22.")
    url: str | None = Field(None, description="Its address, where it has no DOI.")

    @model_validator(mode="after")
    def _found_somewhere(self) -> Self:
        if not (self.doi or self.url):
            raise ValueError("a citation needs a doi or a url")
        return self


class Training(Part):
    """How the model was trained; keys as in the zoo's specification."""

    training_preprocessing: str | None = Field(None, description="Images and how they were made.")
    training_epochs: float | None = Field(None, ge=0, description="Epochs.")
    training_batch_size: float | None = Field(None, gt=0, description="Patches in a step.")
    initial_learning_rate: float | None = Field(None, gt=0, description="Learning rate.")
    learning_rate_schedule: str | None = Field(None, description="How it changed.")
    loss_function: str | None = Field(None, description="Loss.")
    loss_function_kwargs: dict[str, Any] = Field({}, description="Its parameters.")
    optimizer: str | None = Field(None, description="Optimizer.")
    optimizer_kwargs: dict[str, Any] = Field({}, description="Its parameters.")
    regularization: str | None = Field(None, description="Weight decay, drop-out…")
    training_duration: float | None = Field(None, ge=0, description="Hours.")
    hardware_type: str | None = Field(None, description="Processor or GPU.")


class Metadata(Part):
    """The file; its order is that of the template."""

    name: ModelName = Field(
        min_length=5,
        max_length=128,
        description="Name that people read: task and images; letters, digits, spaces, _ + - ( ).",
        examples=["Denoising of fluorescence micrographs"],
    )
    description: str = Field(
        min_length=1,
        max_length=512,
        description="One sentence: what the model does to which images.",
        examples=["Removes noise from single planes of fluorescence micrographs."],
    )
    authors: tuple[Person, ...] = Field(
        min_length=1,
        description="Who made it: name, and where known affiliation, email, orcid, github_user.",
        examples=[[{"name": "Ada Lovelace"}]],
    )
    maintainers: tuple[Person, ...] = Field(
        (),
        description="Whom the zoo asks, with their github_user; needed for an upload, unless an "
        "author has one.",
        examples=[[{"name": "Ada Lovelace", "github_user": "ada"}]],
    )
    license: str = Field(
        description="Licence of the weights, as an SPDX identifier.", examples=["CC-BY-4.0"]
    )
    cite: tuple[Citation, ...] = Field(
        min_length=1,
        description="What to cite: text, and doi or url.",
        examples=[[{"text": "Lovelace, Notes, 1843", "doi": "10.5281/zenodo.1"}]],
    )
    version: ThreeNumbers = Field(
        description="Version of the model: three numbers.",
        examples=["1.0.0"],
    )
    tags: tuple[str, ...] = Field(
        min_length=1,
        description="Words to find it by. The zoo wants one for each of: modality, dims (2d, 3d), "
        "content, framework (pytorch), software, network, task (denoising, image-restoration).",
        examples=[["fluorescence-light-microscopy", "2d", "pytorch", "denoising"]],
    )
    sample: str = Field(
        description="A typical degraded image, in this file's folder: raw intensities, a few "
        "hundred pixels wide.",
        examples=["sample.tif"],
    )
    documentation: str = Field(
        description="Markdown file in this file's folder: what the model does, and its limits.",
        examples=["README.md"],
    )
    validation: str = Field(
        min_length=1,
        description="How to check the model on images of one's own, and what such checks gave.",
        examples=["Compare with an image of long exposure: `debcr evaluate`."],
    )
    version_comment: str | None = Field(
        None, max_length=512, description="What is new in it.", examples=["First version."]
    )
    timestamp: datetime | None = Field(
        None,
        description="When it was made; without it, now. With it, packaging gives the same bytes "
        "again.",
        examples=["2026-01-31T12:00:00+00:00"],
    )
    git_repo: str | None = Field(
        None, description="Where it is developed.", examples=["https://github.com/ada/notes"]
    )
    training_data: DatasetId | None = Field(
        None, description="Id of the data set in the zoo.", examples=["affable-shark"]
    )
    modality: str | None = Field(
        None, description="Kind of microscopy.", examples=["fluorescence microscopy"]
    )
    target_structure: tuple[str, ...] = Field(
        (), description="Structures that it is for.", examples=[["nuclei"]]
    )
    task: str | None = Field(None, description="What it does.", examples=["denoising"])
    architecture_type: str | None = Field(
        None, max_length=32, description="Kind of network.", examples=["residual dense network"]
    )
    architecture_description: str | None = Field(
        None, description="The network, in a sentence or two.", examples=["Three scales."]
    )
    funded_by: str | None = Field(None, description="Who paid.", examples=["the Duke"])
    out_of_scope_use: str | None = Field(
        None, description="What nobody should do with it.", examples=["Diagnosis."]
    )
    limitations: str | None = Field(
        None, description="Where it fails.", examples=["Images that were enlarged."]
    )
    known_biases: str | None = Field(
        None, description="How training data and images differ.", examples=["Simulated only."]
    )
    risks: str | None = Field(
        None, description="What may be misread.", examples=["Faint detail may be invented."]
    )
    recommendations: str | None = Field(
        None, description="What users should do about it.", examples=["Look at the raw image."]
    )
    training: Training = Field(
        Training(),
        description="How it was trained: training_preprocessing, training_epochs, "
        "training_batch_size, initial_learning_rate, learning_rate_schedule, loss_function, "
        "optimizer, both with _kwargs, regularization, training_duration (hours), hardware_type.",
        examples=[{"optimizer": "torch.optim.Adam", "training_duration": 1.5}],
    )

    @property
    def has_github_user(self) -> bool:
        """Whether there is somebody whom the zoo can ask."""
        return any(person.github_user for person in (*self.authors, *self.maintainers))


def read_metadata(path: Path) -> Metadata:
    """Read the file.

    Raises
    ------
    ReadError
        If it cannot be read, or is no plain YAML.
    UsageError
        If keys are missing, unknown or not valid; the sentence names them, and the nearest valid
        ones.
    """
    text = read_text(path, "metadata")
    values = load_yaml(text, str(path))
    if not isinstance(values, dict):
        raise WrongFileError(
            f"{path} holds no metadata: it needs keys such as name and description."
        )
    # In a form that was not filled in, keys are there without a value.
    said = {key: value for key, value in values.items() if value is not None}
    try:
        return Metadata.model_validate(said)
    except ValidationError as error:
        raise UsageError(explain(error, str(path), Metadata)) from None
