"""Whatever a stranger's component raises or returns, it alone fails, and is named."""

from __future__ import annotations

import json

import numpy as np
import pytest

CATALOG = '''
from debcr_core import Catalog, hookimpl

class Mine(Catalog):
    """Finds what is mine."""
    name = "mine"

    def names(self):
        return ["x"]

    def claims(self, reference):
        return reference == "x"

    def open(self, reference, plugins, *, trust_code=False):
        return None

@hookimpl
def debcr_catalogs():
    return [Mine]
'''
BACKEND = '''
from debcr_core import Backend, hookimpl

class Mine(Backend):
    """Computes in my way."""
    name = "aaa"

    @classmethod
    def missing(cls):
        return ""

    def runs(self, model):
        return True

    def prefers(self, model, device):
        return False

    def predictor(self, model, weights, device, precision, stop):
        raise RuntimeError("not today")

@hookimpl
def debcr_backends():
    return [Mine]
'''
METRIC = '''
from debcr_core import Figure, Metric, hookimpl

class Mine(Metric):
    """Measures in my way."""
    name = "aaa"

    def measure(self, image, reference):
        return [Figure("mine", 1.0)]

@hookimpl
def debcr_metrics():
    return [Mine]
'''
READER = '''
from debcr_core import Reader, hookimpl

class Mine(Reader):
    """Reads mine."""
    name = "aaa"
    suffixes = (".aaa",)

    @classmethod
    def recognises(cls, path, head):
        return False

    def read(self, path):
        raise RuntimeError("not today")

@hookimpl
def debcr_readers():
    return [Mine]
'''
COMMAND = '''
import typer
from debcr_core import hookimpl

class Group(typer.Typer):
    pass

lab = Group(help="What our lab does.")

@lab.command()
def hello():
    """Greet."""
    typer.echo("hello")

@lab.command()
def fail():
    """Fail."""
    raise RuntimeError("not today")

@hookimpl
def debcr_commands():
    return {"lab": lab}
'''
LEAVES = "raise SystemExit(0)"
PANICS = "raise type('Panic', (BaseException,), {})('!')"


@pytest.fixture
def site(site):
    rng = np.random.default_rng(0)
    for name in ("a.npy", "b.npy"):
        np.save(site.folder.parent / name, rng.poisson(20, (64, 64)).astype(np.uint16))
    return site


@pytest.mark.parametrize("fault", [LEAVES, PANICS, "1 / 0"])
@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        (CATALOG, 'return ["x"]', ["models"]),
        (CATALOG, 'return reference == "x"', ["models", "denoise"]),
        (METRIC, 'return [Figure("mine", 1.0)]', ["evaluate", "a.npy", "b.npy"]),
        (READER, "return False", ["info", "a.npy"]),
    ],
)
def test_what_fails_when_it_is_asked_is_left_out_and_the_work_goes_on(
    site, source, line, words, fault
):
    site.install("lab", one_of_lab=source.replace(line, fault))
    done = site.debcr(*words)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "of lab 1.0" in done.stderr
    assert "left out" in done.stderr


@pytest.mark.parametrize("line", ['return ""', "return True", "return False"])
def test_a_backend_that_fails_when_it_is_asked_is_left_out_and_another_computes(site, line):
    site.install("lab", one_of_lab=BACKEND.replace(line, "1 / 0"))
    done = site.debcr("restore", "a.npy", "c.npy")
    assert done.returncode == 0, done.stderr
    assert 'The backend "aaa" of lab 1.0 is left out' in " ".join(done.stderr.split())


def test_a_backend_that_fails_is_listed_as_that_beside_the_others(site):
    site.install("lab", one_of_lab=BACKEND.replace('return ""', "1 / 0"))
    done = site.debcr("backends")
    assert done.returncode == 0, done.stderr
    assert 'aaa in float32: The backend "aaa" of lab 1.0 failed' in done.stdout
    assert "torch" in done.stdout


@pytest.mark.parametrize("fault", ["1 / 0", "return None", LEAVES])
def test_a_catalog_that_cannot_open_is_named_and_the_others_are_listed(site, fault):
    site.install("lab", one_of_lab=CATALOG.replace("return None", fault))
    done = site.debcr("models")
    assert done.returncode == 0, done.stderr
    assert "denoise" in done.stdout
    assert "unusable" in done.stdout
    done = site.debcr("restore", "a.npy", "c.npy", "--model", "x")
    assert done.returncode == 1
    assert 'The catalog "mine" of lab 1.0' in " ".join(done.stderr.split())


def test_names_that_are_no_words_are_refused(site):
    site.install("lab", one_of_lab=CATALOG.replace('["x"]', "[1, None]"))
    done = site.debcr("models")
    assert done.returncode == 0
    assert "its names are [1, None]" in " ".join(done.stderr.split())


@pytest.mark.parametrize("given", ["[3.0]", 'Figure("x", 1)', '[Figure("x", "high")]'])
def test_a_metric_that_gives_no_numbers_is_left_out(site, given):
    site.install("lab", one_of_lab=METRIC.replace('[Figure("mine", 1.0)]', given))
    done = site.debcr("evaluate", "a.npy", "b.npy")
    assert done.returncode == 0, done.stderr
    assert "PSNR" in done.stdout
    assert 'The metric "aaa" was left out' in " ".join(done.stderr.split())


def test_a_check_counts_what_leaves_as_failed_and_keeps_its_output_clean(site):
    leaving = METRIC.replace('return [Figure("mine", 1.0)]', f"print('noise'); {LEAVES}")
    site.install("lab", one_of_lab=leaving)
    done = site.debcr("check", "lab", "--json")
    assert done.returncode == 1
    failed = [each["reason"] for each in json.loads(done.stdout) if each["state"] == "failed"]
    assert "SystemExit: 0" in failed


def test_a_group_of_a_class_of_its_own_is_a_group_and_its_faults_are_named(site):
    site.install("lab", one_of_lab=COMMAND)
    assert site.debcr("lab", "hello").stdout == "hello\n"
    done = site.debcr("lab", "fail")
    assert done.returncode == 1
    assert 'a fault of the plugin "lab-one_of_lab" of lab 1.0' in " ".join(done.stderr.split())


def test_distributions_with_plugins_of_one_name_are_explained_apart(site):
    for lab, source in {"lab-a": METRIC, "lab-b": READER}.items():
        module = f"one_of_{lab[-1]}"
        site.install(lab, entries=f"plugin = {module}\n", **{module: source})
    for lab, kind in {"lab-a": "metric", "lab-b": "reader"}.items():
        offered = json.loads(site.debcr("plugins", lab, "--json").stdout)
        assert [each["kind"] for each in offered["components"]] == [kind]


def test_of_distributions_in_one_namespace_the_right_one_is_named(site):
    failing = METRIC.replace('return [Figure("mine", 1.0)]', "1 / 0")
    for lab, source in {"lab-a": READER, "lab-b": failing}.items():
        module = f"shared/one_of_{lab[-1]}"
        entries = f"{lab} = {module.replace('/', '.')}\n"
        site.install(lab, entries=entries, **{module: source})
    done = site.debcr("evaluate", "a.npy", "b.npy")
    assert 'The metric "aaa" of lab-b 1.0 failed' in " ".join(done.stderr.split())


def test_figures_of_numpy_are_figures(site):
    source = "import numpy as np\n" + METRIC.replace("1.0", "np.float32(1.5)")
    site.install("lab", one_of_lab=source)
    done = site.debcr("evaluate", "a.npy", "b.npy", "--metric", "aaa", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert '"value": 1.5' in done.stdout


def test_a_parameter_without_a_schema_is_said_of_the_component(site):
    field = "from typing import Callable\n" + METRIC.replace(
        '"aaa"\n', '"aaa"\n    by: Callable[[int], int] = abs\n'
    )
    site.install("lab", one_of_lab=field)
    for words in (["aaa"], ["aaa", "--json"]):
        done = site.debcr("plugins", *words)
        assert done.returncode == 1
        assert 'The metric "aaa" of lab 1.0 failed' in " ".join(done.stderr.split())


def test_a_class_without_a_file_is_explained_all_the_same(site):
    source = METRIC.replace("class Mine(Metric):", 'class Mine(Metric):\n    __module__ = "made"')
    site.install("lab", one_of_lab=source)
    assert "lab 1.0: no file" in site.debcr("plugins", "aaa").stdout
    assert (
        json.loads(site.debcr("plugins", "aaa", "--json").stdout)["components"][0]["source"] == ""
    )


def test_a_verb_of_ours_never_ends_as_if_all_were_well_where_a_reader_leaves(site):
    source = READER.replace("return False", 'return head == b"mine"')
    site.install("lab", one_of_lab=source.replace('raise RuntimeError("not today")', LEAVES))
    (site.folder.parent / "c.aaa").write_bytes(b"mine")
    for words in (["info", "c.aaa"], ["restore", "c.aaa", "d.npy"]):
        done = site.debcr(*words)
        assert done.returncode == 1
        assert "SystemExit: 0." in done.stderr
        assert "Traceback" not in done.stderr


def test_a_verb_of_a_stranger_ends_with_the_status_that_it_likes(site):
    leaving = COMMAND.replace('raise RuntimeError("not today")', "raise SystemExit(5)")
    site.install("lab", one_of_lab=leaving)
    assert site.debcr("lab", "fail").returncode == 5
