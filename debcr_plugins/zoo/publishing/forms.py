"""Forms that the zoo wants of what an author says, each with words for what does not have it.

The specification's library judges as well (`debcr_plugins.zoo.publishing.validity`), but speaks to
programmers. Source: https://bioimage-io.github.io/spec-bioimage-io/
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator


def _form(pattern: str, words: str) -> BeforeValidator:
    """Return a check that a text matches a pattern.

    It comes before the one that it is a text, since YAML takes 1.0 for a number.
    """

    def check(value: object) -> object:
        if not re.fullmatch(pattern, str(value), re.ASCII):
            raise ValueError(words)
        return value

    return BeforeValidator(check)


ModelName = Annotated[
    str, _form(r"[\w+\- ()]*", "it may hold letters without accents, digits, spaces, _ + - ( )")
]
PersonName = Annotated[str, _form(r"[^/\\]+", "the zoo wants names without / and \\")]
GitHubUser = Annotated[
    str,
    _form(
        r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*",
        "a GitHub user has letters and digits, and hyphens between them",
    ),
]
Doi = Annotated[
    str, _form(r"10\.\d{4}.+", "a DOI starts with 10. as in 10.1000/182, without https://doi.org/")
]
DatasetId = Annotated[
    str, _form(r"[a-z0-9][a-z0-9_\-/.]*", "an id has lower-case letters, digits and _ - / . only")
]
ThreeNumbers = Annotated[str, _form(r"\d+\.\d+\.\d+", "a version is three numbers, such as 1.0.0")]
