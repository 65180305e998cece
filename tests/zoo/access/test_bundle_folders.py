"""A bundle that is a folder gives its own regular files, and nothing that leads elsewhere."""

from __future__ import annotations

import os
import sys

import pytest

from debcr_core.errors import ReadError
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.access.bundle import open_bundle
from debcr_plugins.zoo.access.rdf import rdf_name

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")


def test_a_file_is_where_the_folder_has_it(folder, weights, cache):
    bundle = open_bundle(str(folder))
    assert bundle.rdf["name"] == "Tiny"
    assert bundle.reference == str(folder)
    assert bundle.file("weights.onnx") == folder / "weights.onnx"
    assert list(cache.iterdir()) == []


def test_the_rdf_alone_names_the_bundle_as_well(folder):
    (folder / "rdf.yaml").rename(folder / "other name.yml")
    bundle = open_bundle(str(folder / "other name.yml"))
    assert bundle.file("./weights.onnx") == folder / "weights.onnx"


def test_a_file_is_held_against_its_sum(folder, rdf):
    bundle = open_bundle(str(folder))
    expected = rdf["weights"]["onnx"]["sha256"]
    bundle.file("weights.onnx", expected.upper(), what="weights (onnx)")
    (folder / "weights.onnx").write_bytes(b"other")
    with pytest.raises(ReadError) as caught:
        bundle.file("weights.onnx", expected, what="weights (onnx)")
    for part in ("weights (onnx) weights.onnx", str(folder), expected[:12], "d9298a10d1b0"):
        assert part in str(caught.value)


def test_a_missing_file_is_named(folder):
    with pytest.raises(ReadError, match=r"holds no file gone\.npy, which its RDF names"):
        open_bundle(str(folder)).file("gone.npy")


def test_a_folder_is_no_file(folder):
    (folder / "weights").mkdir()
    with pytest.raises(ReadError, match="no regular file"):
        open_bundle(str(folder)).file("weights")


@pytest.mark.parametrize("source", ["../secret", "/etc/passwd", "a\\b", "file:///etc/passwd"])
def test_no_path_out_of_the_folder_is_opened(folder, source):
    (folder.parent / "secret").write_text("x")
    with pytest.raises(ReadError, match=r"names .* as file, but"):
        open_bundle(str(folder)).file(source)


@needs_links
@pytest.mark.parametrize("target", ["secret", "tiny/weights.onnx", "nowhere"])
def test_a_link_is_refused_wherever_it_leads(folder, target):
    (folder.parent / "secret").write_text("x")
    (folder / "link.onnx").symlink_to(folder.parent / target)
    with pytest.raises(ReadError, match=r"link\.onnx is a symbolic link"):
        open_bundle(str(folder)).file("link.onnx")


@needs_links
def test_a_linked_folder_within_is_refused(folder):
    (folder.parent / "outside").mkdir()
    (folder.parent / "outside" / "a.npy").write_text("x")
    (folder / "inner").symlink_to(folder.parent / "outside")
    with pytest.raises(ReadError, match="inner is a symbolic link"):
        open_bundle(str(folder)).file("inner/a.npy")


@needs_links
def test_an_rdf_that_is_a_link_is_refused(folder):
    (folder / "rdf.yaml").rename(folder.parent / "elsewhere.yaml")
    (folder / "rdf.yaml").symlink_to(folder.parent / "elsewhere.yaml")
    with pytest.raises(ReadError, match=r"rdf\.yaml is a symbolic link"):
        open_bundle(str(folder))


@needs_links
def test_the_folder_itself_may_be_a_link_of_the_user(folder):
    (folder.parent / "alias").symlink_to(folder)
    bundle = open_bundle(str(folder.parent / "alias"))
    assert bundle.file("weights.onnx").is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["weights.onnx", "rdf.yaml"])
def test_a_named_pipe_is_refused_rather_than_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(ReadError, match="no regular file"):
        open_bundle(str(folder)).file(name)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"type: model\nname: \xff", "not UTF-8 text"),
        ("type: model\n".encode("utf-16"), "not UTF-8 text"),
        (b"- a", "should be a mapping"),
        (b"", "should be a mapping"),
        (b"1: a", "should be a mapping"),
        (b"name: a", "its type is None, not 'model'"),
        (b"type: dataset", "its type is 'dataset', not 'model'"),
        (b"type: " + b"x" * 1_000_000, "more than 1 MB"),
        (b"type: model\nname: &a [*a]", "line 2: the alias *a"),
        (b"type: model\ncovers: [../a.png]", "covers.0 names the file '../a.png'"),
    ],
)
def test_an_rdf_that_is_none_is_refused_in_a_sentence(folder, content, reason):
    (folder / "rdf.yaml").write_bytes(content)
    with pytest.raises(ReadError) as caught:
        open_bundle(str(folder))
    assert reason in str(caught.value)
    assert str(folder) in str(caught.value)


def test_a_byte_order_mark_does_no_harm(folder, rdf):
    (folder / "rdf.yaml").write_text(dump_yaml(rdf), encoding="utf-8-sig")
    assert open_bundle(str(folder)).rdf == rdf


def test_a_folder_without_rdf_is_no_bundle(tmp_path):
    with pytest.raises(ReadError, match="holds no RDF"):
        open_bundle(str(tmp_path))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["model.yaml", "bioimageio.yaml", "rdf.yaml"], "rdf.yaml"),
        (["model.yaml", "bioimageio.yaml"], "bioimageio.yaml"),
        (["a.model.yaml", "weights.onnx"], "a.model.yaml"),
        (["b.rdf.yaml", "a.rdf.yaml", "bioimageio.yaml"], "a.rdf.yaml"),
        (["environment.yaml", "myrdf.yaml", "RDF.YAML"], None),
        ([], None),
    ],
)
def test_the_rdf_is_the_file_that_the_zoo_s_own_software_would_take(names, found):
    assert rdf_name(names) == found
