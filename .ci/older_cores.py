# ruff: noqa: T201
"""Test bundles by the versions of bioimageio.core that people have: older_cores.py BUNDLE….

Each goes into a folder of its own before the installed one, and is run by the function that
`debcr certify` uses, with none of our packages importable.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from debcr_plugins.zoo.certifying.core_test import run_core_test

VERSIONS = {"0.9.6": "0.5.7.4", "0.10.2": "0.5.9.1", "0.10.4": "0.5.10.2", "0.11.0": "0.5.12.0"}
UNNAMED = "Missing `maintainers`"

failed = 0
print("| bundle | bioimageio.core | bioimageio.spec | result | warnings of severity 30 or more |")
print("| --- | --- | --- | --- | --- |")
for core, spec in VERSIONS.items():
    with tempfile.TemporaryDirectory() as folder:
        libraries = [f"bioimageio.core=={core}", f"bioimageio.spec=={spec}"]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        subprocess.run([*pip, *libraries], check=True)
        os.environ["PYTHONPATH"] = folder
        for bundle in map(Path, sys.argv[1:]):
            found = run_core_test(bundle)
            severe = [text for text in found.severe if UNNAMED not in text]
            said = " ".join(severe) or "none"
            print(f"| {bundle.name} | {found.version} | {spec} | {found.status} | {said} |")
            for error in found.errors:
                print(f"  {error}")
            failed += found.version != core or found.status != "passed" or bool(severe)
sys.exit(failed)
