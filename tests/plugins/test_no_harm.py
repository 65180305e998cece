"""No plugin that pip installed takes others down: it loses what is wrong, and is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from installing import COMMAND

from debcr_core.errors import WriteError
from debcr_core.files.cache import cache_folder
from debcr_core.plugins import Plugins

GOOD = '''
from debcr_core import Blender, hookimpl

class Level(Blender):
    """Weighs all pixels alike."""
    name = "level"

    def weights(self, shape, overlap):
        import numpy as np
        return np.ones(shape, np.float32)

@hookimpl
def debcr_blenders():
    return [Level]
'''
COMMANDS = '''
import typer
from debcr_core import hookimpl

lab = typer.Typer(help="What our lab does.")

@lab.command()
def hello(name: str) -> None:
    """Greet someone."""
    typer.echo(f"hello {name}")

@lab.command()
def bye() -> None:
    """Take leave."""

def mine() -> None:
    """Do something else."""
    typer.echo("mine")

@hookimpl
def debcr_commands():
    return {"lab": lab, "certify": mine, "train": mine, "restore": mine, "mine": mine}
'''


def test_a_verb_of_ours_stays_ours_whatever_a_distribution_is_called(site):
    # It comes before debcr-zoo by name.
    site.install("aaa-lab", verbs_of_lab=COMMANDS, blender_of_lab=GOOD)
    done = site.debcr("mine")
    assert (done.returncode, done.stdout) == (0, "mine\n")
    for verb, whose in {"certify": "debcr-zoo", "train": "debcr-zoo", "restore": "debcr"}.items():
        assert f'"{verb}" of the plugin "aaa-lab-verbs_of_lab"' in " ".join(done.stderr.split())
        assert f"{whose}" in done.stderr
    assert "trust-code" in site.debcr("certify", "--help").stdout
    offered = json.loads(site.debcr("plugins", "aaa-lab", "--json").stdout)
    assert offered["plugins"][1]["offers"] == ["command lab", "command mine"]
    assert len(offered["plugins"][1]["remarks"]) == 3
    assert [each["name"] for each in offered["components"]] == ["level"]


def test_a_group_of_commands_is_a_verb_with_verbs(site):
    site.install("lab", verbs_of_lab=COMMANDS)
    assert "What our lab does." in site.debcr("--help").stdout
    assert "Greet someone." in site.debcr("lab", "--help").stdout
    assert site.debcr("lab", "hello", "you").stdout == "hello you\n"
    assert site.debcr("lab", "hello").returncode == 2


def test_a_function_that_typer_cannot_take_fails_when_it_is_called_and_alone(site):
    source = COMMANDS.replace("def mine() -> None:", "def mine(what: 'complex | set') -> None:")
    site.install("lab", verbs_of_lab=source)
    assert site.debcr("--help").returncode == 0
    done = site.debcr("mine", "3")
    assert done.returncode == 1
    assert 'The command "mine" cannot be made' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def debcr_blenders():\n    return []\n", "offers nothing: mark its functions"),
        (GOOD.replace("debcr_blenders", "debcr_shaders"), '"debcr_shaders", which debcr-zoo'),
        (GOOD.replace('"level"', '"My Norm_X"'), "whose `name` is 'My Norm_X'"),
        (GOOD + "\nraise SystemExit(0)\n", "SystemExit: 0."),
        # As a library in Rust panics, and a test is skipped.
        (GOOD + "\nclass Panic(BaseException): pass\nraise Panic('!')\n", "Panic: !."),
    ],
)
def test_a_plugin_without_a_valid_offer_is_broken_in_strict_mode_too(site, source, reason):
    site.install("lab", broken_of_lab=source, blender_of_lab=GOOD)
    done = site.debcr("plugins", "--json")
    assert reason in " ".join(done.stderr.split())
    states = {each["plugin"]: each["state"] for each in json.loads(done.stdout)["plugins"]}
    assert states["lab-broken_of_lab"] == "broken"
    assert {state for name, state in states.items() if name != "lab-broken_of_lab"} == {"active"}
    strict = site.debcr("plugins", DEBCR_STRICT_PLUGINS="1")
    assert strict.returncode == 1
    assert 'Plugin "lab-broken_of_lab" of lab 1.0 is broken' in " ".join(strict.stderr.split())
    assert reason in " ".join(strict.stderr.split())


def test_what_is_printed_at_import_stays_out_of_the_output(site):
    noise = "import os\nprint('from Python')\nos.write(1, b'from C')\n"
    site.install("lab", loud_of_lab=noise + GOOD)
    done = site.debcr("plugins", "--json")
    assert json.loads(done.stdout)
    assert '"from Python from C". That was kept from the output.' in " ".join(done.stderr.split())
    [status] = json.loads(site.debcr("plugins", "lab", "--json").stdout)["plugins"]
    assert status["remarks"] == ['printed when it was imported: "from Python from C"']


def test_what_is_printed_when_it_is_asked_stays_out_of_the_output(site):
    site.install(
        "lab", loud_of_lab=GOOD.replace("    return [", "    print('asked')\n    return [")
    )
    done = site.debcr("plugins", "--json")
    assert json.loads(done.stdout)
    assert '"asked". That was kept from the output.' in " ".join(done.stderr.split())


def test_a_closed_output_is_no_fault(site):
    script = f"exec {sys.executable} -c '{COMMAND}' plugins >&-"
    path = os.pathsep.join(filter(None, sys.path))
    places = {**os.environ, "PYTHONPATH": path, "DEBCR_CACHE": str(site.cache)}
    done = subprocess.run(
        ["sh", "-c", script], env=places, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_module_that_is_announced_twice_is_taken_once_with_an_index_and_without(site):
    site.install("lab", entries="one = blender_of_lab\ntwo = blender_of_lab\n", blender_of_lab=GOOD)
    for _ in range(2):
        done = site.debcr("plugins", "level")
        assert "Weighs all pixels alike." in done.stdout
        assert '"two" of lab 1.0 is broken' in " ".join(done.stderr.split())
        assert '"one"' not in done.stderr


def test_a_slow_import_is_said_once_and_listing_does_not_wait_again(site):
    site.install("lab", slow_of_lab="import time\ntime.sleep(3.2)\n" + GOOD)
    first = site.debcr("--help")
    assert "took 3.2 s to import" in " ".join(first.stderr.split())
    start = time.perf_counter()
    again = site.debcr("--help")
    assert time.perf_counter() - start < 3
    assert again.stderr == ""
    [status] = json.loads(site.debcr("plugins", "lab", "--json").stdout)["plugins"]
    assert status["import_seconds"] >= 3.2


def test_listing_imports_nothing_and_use_imports_what_is_used(site):
    touch = "import pathlib\npathlib.Path('imported').open('a').write('{}')\n"
    blender = GOOD.replace("level", "uneven")
    site.install("lab", one_of_lab=touch.format("1") + GOOD, two_of_lab=touch.format("2") + blender)
    seen = site.folder.parent / "imported"
    site.debcr("plugins")
    assert seen.read_text() == "12"
    assert site.debcr("plugins", DEBCR_BLOCK_PLUGINS="lab").returncode == 0
    for words in (["plugins"], ["models"], ["--help"], ["plugins", "--json"]):
        assert site.debcr(*words).returncode == 0
    assert seen.read_text() == "12"
    assert "Weighs all pixels alike." in site.debcr("plugins", "uneven").stdout
    assert seen.read_text() == "122"


def test_a_new_version_is_imported_anew(site):
    site.install("lab", blender_of_lab=GOOD)
    assert "level" in site.debcr("plugins", "lab").stdout
    site.install("lab", version="1.1", blender_of_lab=GOOD.replace('"level"', '"plain"'))
    assert "plain" in site.debcr("plugins", "lab").stdout


def test_a_plugin_that_broke_since_it_was_listed_is_named_when_it_is_used(site):
    site.install("lab", blender_of_lab=GOOD)
    site.debcr("plugins")
    # As an update of what it stands on may break it.
    (site.folder / "blender_of_lab.py").write_text("import a_module_that_went\n")
    done = site.debcr("plugins", "level")
    assert done.returncode == 1
    assert "a_module_that_went" in done.stderr
    assert "Traceback" not in done.stderr
    assert site.debcr("plugins", "hann").returncode == 0


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"lab/lab-blender_of_lab": {"state": 3}}'])
def test_a_damaged_index_is_as_none(site, damage):
    site.install("lab", blender_of_lab=GOOD)
    site.debcr("plugins")
    index = site.cache / "plugins" / "index.json"
    assert "level" in index.read_text()
    index.write_text(damage)
    assert "level" in site.debcr("plugins", "lab").stdout
    assert "level" in index.read_text()


def test_an_index_that_lies_is_found_out(site):
    site.install("lab", blender_of_lab=GOOD)
    site.debcr("plugins")
    index = site.cache / "plugins" / "index.json"
    index.write_text(index.read_text().replace('"level"', '"other"'))
    done = site.debcr("plugins", "other")
    assert "no longer offers the blender other" in " ".join(done.stderr.split())
    # The next time it is listed as it is.
    assert "Weighs all pixels alike." in site.debcr("plugins", "level").stdout


def test_what_is_not_where_the_index_says_is_left_out_of_all_with_a_warning(site):
    source = (
        GOOD.replace("Blender", "Reader")
        .replace("blender", "reader")
        .replace(
            "    def weights(self, shape, overlap):",
            """    suffixes = (".lev",)

    @classmethod
    def recognises(cls, path, head):
        return False

    def read(self, path):""",
        )
    )
    site.install("lab", reader_of_lab=source)
    site.debcr("plugins")
    index = site.cache / "plugins" / "index.json"
    index.write_text(index.read_text().replace('"level"', '"other"'))
    np.save(site.folder.parent / "a.npy", np.ones((8, 8), np.uint16))
    done = site.debcr("info", "a.npy")
    assert done.returncode == 0
    assert "no longer offers the reader other" in " ".join(done.stderr.split())
    assert site.debcr("info", "a.npy").stderr == ""


def test_an_index_that_cannot_be_put_in_place_leaves_nothing_behind(site):
    (site.cache / "plugins" / "index.json" / "in the way").mkdir(parents=True)
    site.install("lab", blender_of_lab=GOOD)
    assert "level" in site.debcr("plugins", "lab").stdout
    assert [each.name for each in (site.cache / "plugins").iterdir()] == ["index.json"]


@pytest.mark.parametrize("file", ["METADATA", "RECORD"])
def test_a_distribution_whose_files_are_no_text_is_imported_each_time(site, file):
    site.install("lab", blender_of_lab=GOOD)
    [record] = site.folder.glob(f"lab-*/{file}")
    record.write_bytes(b"\xff\xfe\x80")
    for _ in range(2):
        assert "Weighs all pixels alike." in site.debcr("plugins", "level").stdout


def test_an_entry_that_is_no_module_is_broken_and_another_name_of_a_hook_is_heard(site):
    source = GOOD.replace(
        "@hookimpl\ndef debcr_blenders", "@hookimpl(specname='debcr_blenders')\ndef own"
    )
    source += "\nimport numpy as np\nPIXELS = np.ones(3)\n"
    entries = "one = blender_of_lab\ntwo = blender_of_lab:PIXELS\n"
    site.install("lab", entries=entries, blender_of_lab=source)
    done = site.debcr("plugins", "level")
    assert "Weighs all pixels alike." in done.stdout
    assert 'Plugin "two" of lab 1.0 is broken' in " ".join(done.stderr.split())
    assert '"one"' not in done.stderr


def test_a_user_without_a_home_needs_no_cache_to_list(monkeypatch):
    def homeless(*_: object, **__: object) -> str:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("DEBCR_CACHE", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", homeless)
    assert Plugins.discover().find("blender", "hann")
    with pytest.raises(WriteError, match="let DEBCR_CACHE name a folder"):
        cache_folder("networks")


def test_a_second_percentile_and_psnr_leave_defaults_as_they_are(site, tmp_path):
    source = '''
    from debcr_core import Figure, Metric, hookimpl
    from debcr_plugins.normalizers.percentile import Percentile

    class Mine(Percentile):
        """Another."""
        name = "percentile"

    class Other(Metric):
        """Another."""
        name = "psnr"

        def measure(self, image, reference):
            return [Figure("mine", 1.0)]

    @hookimpl
    def debcr_normalizers():
        return [Mine]

    @hookimpl
    def debcr_metrics():
        return [Other]
    '''
    site.install("lab", clash_of_lab=source)
    np.save(tmp_path / "a.npy", np.random.default_rng(0).poisson(20, (64, 64)).astype(np.uint16))
    pair = ["--input", "a.npy", "--target", "b.npy"]
    for words in (
        ["restore", "a.npy", "b.npy"],
        ["judge", "denoise", *pair, "--out", "judged", "--no-baselines"],
        ["evaluate", "a.npy", "b.npy"],
    ):
        done = site.debcr(*words)
        assert done.returncode == 0, done.stderr
        assert "several" not in done.stderr
    named = site.debcr("restore", "a.npy", "c.npy", "--normalizer", "percentile")
    assert named.returncode == 2
    assert "debcr-zoo/percentile, lab/percentile" in named.stderr


FAILING = '''
from debcr_core import Catalog, Figure, Metric, Reader, hookimpl
from pydantic import Field

class Down(Catalog):
    """A server that is down."""
    name = "down"

    def names(self):
        raise ConnectionRefusedError("no answer")

    def claims(self, reference):
        raise ConnectionRefusedError("no answer")

    def open(self, reference, plugins, *, trust_code=False):
        raise NotImplementedError

class Faulty(Metric):
    """Divides by nothing."""
    name = "faulty"

    def measure(self, image, reference):
        return [Figure("faulty", 1 / 0)]

class Needy(Metric):
    """Needs a number."""
    name = "needy"
    level: float = Field(ge=0, le=1, description="A level.")

    def measure(self, image, reference):
        return [Figure("needy", self.level)]

class Blind(Reader):
    """Cannot look."""
    name = "blind"
    suffixes = (".blind",)

    @classmethod
    def recognises(cls, path, head):
        raise IndexError("head is too short")

    def read(self, path):
        raise NotImplementedError

@hookimpl
def debcr_catalogs():
    return [Down]

@hookimpl
def debcr_metrics():
    return [Faulty, Needy]

@hookimpl
def debcr_readers():
    return [Blind]
'''


@pytest.fixture
def failing(site, tmp_path):
    site.install("lab", failing_of_lab=FAILING)
    pixels = np.random.default_rng(0).poisson(20, (64, 64)).astype(np.uint16)
    np.save(tmp_path / "a.npy", pixels)
    np.save(tmp_path / "b.npy", pixels + 1)
    return site


def told(done):
    return " ".join(done.stderr.split())


def test_a_catalog_that_fails_leaves_the_others_and_is_named(failing):
    listed = failing.debcr("models")
    assert listed.returncode == 0
    assert "denoise" in listed.stdout
    done = failing.debcr("restore", "a.npy", "c.npy", "--model", "denoise")
    assert done.returncode == 0, done.stderr
    for said in (told(listed), told(done)):
        assert said.count('catalog "down" of lab 1.0 is left out') == 1
        assert "ConnectionRefusedError: no answer" in said
    unknown = failing.debcr("restore", "a.npy", "c.npy", "--model", "denoize")
    assert unknown.returncode == 2
    assert 'Did you mean "denoise"' in told(unknown)


def test_metrics_that_fail_or_need_a_parameter_leave_the_others_and_are_named(failing):
    done = failing.debcr("evaluate", "b.npy", "a.npy", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert "PSNR" in {each["name"] for each in json.loads(done.stdout)["result"]}
    assert 'metric "faulty" of lab 1.0 failed: ZeroDivisionError' in told(done)
    assert 'metric "needy" of lab 1.0 is left out: it needs level.' in told(done)
    assert "--metric needy level=…" in told(done)
    asked = failing.debcr("evaluate", "b.npy", "a.npy", "--metric", "needy", "level=1")
    assert asked.returncode == 0, asked.stderr
    named = failing.debcr("evaluate", "b.npy", "a.npy", "--metric", "faulty")
    assert named.returncode == 1
    pairs = ("--input", "b.npy", "--target", "a.npy", "--out", "judged", "--no-baselines")
    judged = failing.debcr("judge", "denoise", *pairs)
    assert judged.returncode == 0, judged.stderr
    assert '"faulty" was not measured' in told(judged)


def test_a_reader_that_fails_to_look_leaves_the_others_and_is_named(failing):
    done = failing.debcr("info", "a.npy")
    assert done.returncode == 0, done.stderr
    assert 'reader "blind" of lab 1.0 is left out: it failed when it looked at a.npy' in told(done)


def test_a_second_format_of_a_suffix_of_ours_leaves_ours_as_it_is(site, tmp_path):
    source = '''
    from debcr_core import hookimpl
    from debcr_plugins.formats.numpy.npy import NpyReader, NpyWriter

    class Reads(NpyReader):
        """Another."""
        name = "lab-npy"

    class Writes(NpyWriter):
        """Another."""
        name = "lab-npy"

    @hookimpl
    def debcr_readers():
        return [Reads]

    @hookimpl
    def debcr_writers():
        return [Writes]
    '''
    site.install("lab", format_of_lab=source)
    np.save(tmp_path / "a.npy", np.random.default_rng(0).poisson(20, (64, 64)).astype(np.uint16))
    done = site.debcr("restore", "a.npy", "b.npy")
    assert done.returncode == 0, done.stderr
    assert 'writer "npy" of debcr-zoo' in told(done)
    assert "Name another: --writer lab-npy." in told(done)
    named = site.debcr("restore", "a.npy", "c.npy", "--reader", "lab-npy", "--writer", "lab-npy")
    assert named.returncode == 0, named.stderr
    assert "could be, too" not in named.stderr
