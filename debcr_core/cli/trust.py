"""The option by which the user allows code that comes with a model to run."""

from __future__ import annotations

from typing import Annotated

import typer

TrustCode = Annotated[
    bool,
    typer.Option(
        "--trust-code", help="Let code in the model's bundle run; only for bundles you trust."
    ),
]
