"""Plugins are found through entry points; a broken one never takes the others down."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import types
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from debcr_core.components import Blender, Floats, Normalizer, Reader
from debcr_core.errors import DebcrWarning, PluginError, UsageError
from debcr_core.failures import distribution_of
from debcr_core.hookspecs import hookimpl
from debcr_core.plugins import Plugins


class Ones(Blender):
    """A blender."""

    name = "ones"

    def weights(self, shape: tuple[int, ...], overlap: tuple[tuple[int, int], ...]) -> Floats:
        raise NotImplementedError


class Suffixless(Reader):
    """Does not say which files it reads."""

    name = "suffixless"

    @classmethod
    def recognises(cls, path, head):
        raise NotImplementedError

    def read(self, path):
        raise NotImplementedError


class Unfinished(Normalizer):
    """Lacks fit."""

    name = "unfinished"


def plugin(**answers: object) -> types.SimpleNamespace:
    """Return a plugin whose hooks answer so."""
    hooks = {
        question: hookimpl(_constant(question, answer)) for question, answer in answers.items()
    }
    return types.SimpleNamespace(**hooks)


def _constant(question: str, answer: object):
    def hook():
        return answer

    hook.__name__ = question
    return hook


def test_an_instance_starts_empty():
    assert Plugins().offers() == []


def test_a_registered_class_is_found_by_short_and_qualified_name():
    plugins = Plugins()
    plugins.register(plugin(debcr_blenders=[Ones]), name="mine", origin="my-dist")
    assert plugins.find("blender", "ones") is Ones
    assert plugins.find("blender", "my-dist/ones") is Ones


def test_an_ambiguous_name_fails_at_use_and_lists_the_qualified_names():
    plugins = Plugins()
    plugins.register(plugin(debcr_blenders=[Ones]), name="a", origin="first")
    plugins.register(plugin(debcr_blenders=[Ones]), name="a", origin="second")
    with pytest.raises(UsageError, match="first/ones, second/ones"):
        plugins.find("blender", "ones")
    assert plugins.find("blender", "second/ones") is Ones


def test_an_unknown_name_gets_the_nearest_one():
    plugins = Plugins()
    plugins.register(plugin(debcr_blenders=[Ones]), name="mine")
    with pytest.raises(UsageError, match='no blender "one". Did you mean "ones"'):
        plugins.find("blender", "one")


@pytest.mark.parametrize(
    ("answers", "fragment"),
    [
        ({"debcr_blenders": [Ones, Unfinished]}, "is no Blender class"),
        ({"debcr_normalizers": [Unfinished]}, "does not implement fit"),
        ({"debcr_blenders": [Ones()]}, "is no Blender class"),
        ({"debcr_blenders": Ones}, "not a list of classes"),
        ({"debcr_blenders": [Ones, Ones]}, "offered twice"),
        ({"debcr_blendrs": [Ones]}, "debcr_blendrs"),
        ({"debcr_commands": {"fly": 3}}, 'command "fly" is 3'),
        ({"debcr_commands": [print]}, "not a dict"),
        ({"debcr_commands": {"fly": int}}, "neither a function nor"),
        ({"debcr_commands": {"Fly away": print}}, "cannot be typed"),
        ({"debcr_blenders": [type("My", (Ones,), {"name": "My Norm_X"})]}, "lower-case words"),
        ({"debcr_future_things": []}, "does not ask"),
        ({"debcr_blenderz": []}, 'mean "debcr_blenders"'),
        ({}, "It offers nothing"),
        ({"debcr_readers": [Suffixless]}, "no tuple `suffixes`"),
    ],
)
def test_nonsense_is_rolled_back_wholly(answers, fragment):
    plugins = Plugins()
    with pytest.raises(PluginError, match=fragment):
        plugins.register(plugin(**answers), name="bad")
    assert plugins.offers() == []
    plugins.register(plugin(debcr_blenders=[Ones]), name="bad")
    assert plugins.find("blender", "ones") is Ones


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_a_plugin_that_raises_when_asked_is_rolled_back(error):
    @hookimpl
    def debcr_blenders():
        raise error("oh dear")

    plugins = Plugins()
    with pytest.raises(PluginError, match=f"{error.__name__}: oh dear"):
        plugins.register(types.SimpleNamespace(debcr_blenders=debcr_blenders), name="bad")
    assert plugins.offers() == []


def test_a_plugin_that_is_registered_twice_keeps_its_first_place():
    plugins, mine = Plugins(), plugin(debcr_blenders=[Ones])
    plugins.register(mine, name="mine")
    for again in (mine, plugin(debcr_blenders=[])):
        with pytest.raises(PluginError, match='"mine" is registered already'):
            plugins.register(again, name="mine")
    assert plugins.find("blender", "mine/ones") is Ones


@pytest.mark.parametrize(("verb", "whose"), [("fly", "a has"), ("restore", "debcr has")])
def test_a_verb_that_is_taken_is_lost_and_nothing_else(verb, whose):
    plugins = Plugins()
    plugins.register(plugin(debcr_commands={"fly": print}), name="a")
    second = plugin(debcr_commands={verb: len, "swim": len}, debcr_blenders=[Ones])
    with pytest.warns(DebcrWarning, match=f'"{verb}" of the plugin "b" .* {whose} that verb'):
        offered = plugins.register(second, name="b")
    assert offered == ("blender ones", "command swim")
    assert {v: c.load() for v, c in plugins.commands().items()} == {"fly": print, "swim": len}


def test_a_component_says_where_it_is_from():
    plugins = Plugins()
    plugins.register(plugin(debcr_blenders=[Ones]), name="mine", origin="my-dist", version="2.1")
    assert str(plugins.provenance(Ones())) == "my-dist 2.1"
    assert plugins.qualified_name(Ones()) == "my-dist/ones"


def test_a_name_of_a_distribution_that_is_not_there_says_how_to_get_it(plugins):
    with pytest.raises(UsageError, match=r'"dncnn2" comes with lab-other, .*: pip install lab-ot'):
        plugins.find("model", "lab-other/dncnn2")


def test_a_name_that_a_distribution_does_not_have_gets_its_nearest_one(plugins):
    with pytest.raises(UsageError, match=r'debcr-zoo .* offers no model "unett".*"unet".*--upgr'):
        plugins.find("model", "debcr-zoo/unett")


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that installs a distribution with one plugin module."""

    def install(source: str, module: str = "foreign_plugin") -> None:
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        info = tmp_path / f"{module}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module}-dist\nVersion: 1.2\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(f"[debcr]\n{module}_ep = {module}\n", "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))

    yield install
    sys.modules.pop("foreign_plugin", None)


GOOD = """
from debcr_core import Blender, hookimpl

class Twos(Blender):
    name = "twos"
    def weights(self, shape, overlap):
        raise NotImplementedError

@hookimpl
def debcr_blenders():
    return [Twos]
"""


def test_a_strangers_plugin_comes_through_the_same_door(foreign):
    foreign(GOOD)
    plugins = Plugins.discover()
    offer = next(o for o in plugins.offers("blender") if o.component.name == "twos")
    assert offer.qualified_name == "foreign_plugin-dist/twos"


@pytest.mark.parametrize(
    "source",
    [
        "import a_module_that_is_not_there",
        "raise SystemExit(3)",
        "def broken(:",
        GOOD.replace("[Twos]", "[int]"),
    ],
)
def test_a_broken_plugin_is_named_once_and_the_rest_works(foreign, source):
    foreign(source)
    with pytest.warns(DebcrWarning) as caught:
        plugins = Plugins.discover()
    assert len(caught) == 1
    assert '"foreign_plugin_ep" of foreign_plugin-dist 1.2 is broken' in str(caught[0].message)
    broken = [status for status in plugins.statuses if status.state == "broken"]
    assert [status.plugin for status in broken] == ["foreign_plugin_ep"]
    assert plugins.find("normalizer", "percentile")


def test_strict_mode_raises(foreign, monkeypatch):
    foreign("import a_module_that_is_not_there")
    monkeypatch.setenv("DEBCR_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError, match="a_module_that_is_not_there"):
        Plugins.discover()


@pytest.mark.parametrize(
    "name", ["foreign_plugin_ep", "foreign_plugin-dist", "Foreign-Plugin.dist"]
)
def test_a_blocked_plugin_is_not_even_imported(foreign, monkeypatch, name):
    foreign("raise RuntimeError('imported')")
    monkeypatch.setenv("DEBCR_BLOCK_PLUGINS", f" {name} ,blender-crop")
    plugins = Plugins.discover()
    assert "foreign_plugin" not in sys.modules
    blocked = [status for status in plugins.statuses if status.state == "blocked"]
    assert {status.plugin for status in blocked} == {"foreign_plugin_ep", "blender-crop"}


def test_blocking_what_is_not_there_is_said_aloud(monkeypatch):
    monkeypatch.setenv("DEBCR_BLOCK_PLUGINS", "blender-corp")
    with pytest.warns(DebcrWarning, match='names "blender-corp", but no such plugin'):
        Plugins.discover()


def test_every_built_in_plugin_is_active(plugins):
    own = {entry.name for entry in entry_points(group="debcr") if entry.dist.name == "debcr-zoo"}
    states = {status.plugin: status.state for status in plugins.statuses}
    assert {states[name] for name in own} == {"active"}


def test_a_distribution_is_asked_for_its_name_once_however_many_plugins_it_has(monkeypatch):
    # Each answer parses all its metadata: asking by plugin took most of the time to start.
    asked = []
    # Some libraries bring a finder, and so a class of distributions, of their own.
    kind = type(next(iter(entry_points(group="debcr"))).dist)
    name = kind.name
    monkeypatch.setattr(kind, "name", property(lambda self: asked.append(self) or name.fget(self)))
    Plugins.discover()
    assert [name.fget(each) for each in asked].count("debcr-zoo") == 1


def test_where_a_component_comes_from_reads_the_metadata_of_that_distribution_alone(
    plugins, monkeypatch, tmp_path
):
    # All distributions have some, and each plugin of ours would parse them anew.
    hann, crop = (plugins.find("blender", name) for name in ("hann", "crop"))
    monkeypatch.syspath_prepend(str(tmp_path))  # What was answered before is not asked for here.
    parsed = []
    kind = type(next(iter(entry_points(group="debcr"))).dist)
    metadata = kind.metadata
    reading = property(lambda self: parsed.append(self) or metadata.fget(self))
    monkeypatch.setattr(kind, "metadata", reading)

    origins = {distribution_of(each) for each in (hann, crop)}

    assert [name for name, _ in origins] == ["debcr-zoo"]
    assert [metadata.fget(each)["Name"] for each in parsed] == ["debcr-zoo"] * 2


def test_every_parameter_of_every_component_is_documented(plugins):
    undocumented = [
        f"{offer.qualified_name}.{name}"
        for offer in plugins.offers()
        for name, field in offer.component.model_fields.items()
        if not field.description
    ]
    assert undocumented == []


@pytest.mark.parametrize("module", ["debcr_core", "debcr_core.cli", "debcr_core.plugins"])
def test_importing_the_core_brings_in_nothing_heavy(module):
    heavy = {"torch", "napari", "bioimageio", "tifffile", "zarr", "skimage", "xarray", "scipy"}
    code = f"""
import sys
import {module}
from debcr_core.plugins import Plugins
plugins = Plugins.discover() if {module != "debcr_core"} else None
print(sorted({heavy!r} & set(sys.modules)), "debcr_plugins" in sys.modules)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split("]")[0] == "["
    if module == "debcr_core":
        assert result.stdout.strip() == "[] False"
