"""A bundle is named by its path, its URL or its id in the zoo."""

from __future__ import annotations

import hashlib
import json

import pytest

from debcr_core.errors import ReadError, UsageError
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.access.bundle import open_bundle
from debcr_plugins.zoo.access.references import is_bundle_reference
from debcr_plugins.zoo.access.url_files import beside

NAMED = [
    "missing.zip",
    "missing/rdf.yaml",
    "MISSING.ZIP",
    "x.yml",
    "https://example.org/rdf.yaml",
    "http://example.org/anything",
    "affable-shark",
    "laid-back-lobster",
    "affable-shark/1.2",
    "bioimage-io/affable-shark",
    "bioimage-io/affable-shark/1",
    "10.5281/zenodo.5764892",
    "10.5281/zenodo.5764892/6647674",
]
NOT_NAMED = [
    "denoise",
    "weights.safetensors",
    "affable-shark.safetensors",
    "Affable-Shark",
    "affable shark",
    "../affable-shark",
    "affable-shark/../x",
    "affable-shark?x",
    "other/affable-shark",
    "-",
    "ftp://example.org/a",
    "10.1038/s41592-022-01444-z",
    "missing/folder",
    "a\x00b",
]


@pytest.mark.parametrize("reference", NAMED)
def test_paths_urls_and_ids_name_bundles(reference):
    assert is_bundle_reference(reference)


@pytest.mark.parametrize("reference", NOT_NAMED)
def test_other_names_do_not(reference):
    assert not is_bundle_reference(reference)
    with pytest.raises(UsageError, match="is no bundle"):
        open_bundle(reference)


def test_a_folder_names_a_bundle_if_it_holds_an_rdf(folder, monkeypatch):
    assert is_bundle_reference(str(folder))
    (folder.parent / "other-folder").mkdir()
    (folder.parent / "other-file").touch()
    monkeypatch.chdir(folder.parent)
    assert not is_bundle_reference("other-folder")
    assert not is_bundle_reference("other-file")


@pytest.mark.parametrize("name", ["missing.zip", "missing.yaml"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(ReadError, match="There is no bundle"):
        open_bundle(str(tmp_path / name))


@pytest.mark.parametrize("url", ["https://", "http://[::1", "https://x.org:0/", "https://x.org/\n"])
def test_an_impossible_url_is_a_sentence(url):
    with pytest.raises(UsageError, match="cannot be fetched"):
        open_bundle(url)


def serve(server, folder, place="/models/"):
    for path in folder.iterdir():
        server.answers[place + path.name] = path.read_bytes()


def test_an_rdf_on_a_server_has_its_files_beside_it(server, folder, rdf, weights):
    serve(server, folder)
    bundle = open_bundle(f"{server.url}/models/rdf.yaml")
    assert bundle.rdf == rdf
    assert len(server.requests) == 1
    path = bundle.file("weights.onnx", rdf["weights"]["onnx"]["sha256"])
    assert path.read_bytes() == weights
    assert path.name == "weights.onnx"


def test_a_zip_on_a_server_is_a_bundle_whatever_its_address_says(server, zipped, weights):
    server.answers["/create-zip-file"] = zipped(top="tiny/").read_bytes()
    bundle = open_bundle(f"{server.url}/create-zip-file")
    assert bundle.file("weights.onnx").read_bytes() == weights


def test_what_is_neither_zip_nor_rdf_is_refused(server):
    server.answers["/page"] = b"<html>\n<p class='a'>Not here</p>"
    with pytest.raises(ReadError, match=r"/page is no RDF|/page, line \d+ is not valid YAML"):
        open_bundle(f"{server.url}/page")


def test_a_long_file_is_no_rdf(server):
    server.answers["/page"] = b"a" * 1_000_001
    with pytest.raises(ReadError, match="more than 1 MB"):
        open_bundle(f"{server.url}/page")


def test_a_wrong_sum_of_a_file_on_a_server_is_told(server, folder):
    serve(server, folder)
    with pytest.raises(ReadError, match="not the file that was published"):
        open_bundle(f"{server.url}/models/rdf.yaml").file("weights.onnx", "0" * 64)


def test_a_source_may_be_a_url(server, folder, rdf, weights):
    rdf["weights"]["onnx"]["source"] = f"{server.url}/elsewhere/net.onnx"
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    serve(server, folder)
    server.answers["/elsewhere/net.onnx"] = weights
    bundle = open_bundle(f"{server.url}/models/rdf.yaml")
    entry = bundle.rdf["weights"]["onnx"]
    assert bundle.file(entry["source"], entry["sha256"]).read_bytes() == weights


def test_a_bundle_on_disk_fetches_nothing_unencrypted(folder, rdf):
    rdf["weights"]["onnx"]["source"] = "http://example.org/net.onnx"
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    bundle = open_bundle(str(folder))
    with pytest.raises(ReadError, match=r"as weights \(onnx\), but .* only https is allowed"):
        bundle.file("http://example.org/net.onnx", what="weights (onnx)")


@pytest.mark.parametrize(
    ("rdf_url", "source", "expected"),
    [
        ("https://x.org/a/rdf.yaml", "b/c.npy", "https://x.org/a/b/c.npy"),
        ("https://x.org/a/rdf.yaml", "./c.npy", "https://x.org/a/c.npy"),
        ("https://x.org/rdf.yaml?version=2#f", "c.npy", "https://x.org/c.npy?version=2"),
        ("https://x.org/a/rdf.yaml", "%2e%2e/c", "https://x.org/a/%252e%252e/c"),
        ("https://x.org/a/rdf.yaml", "c?d#e", "https://x.org/a/c%3Fd%23e"),
        (
            "https://zenodo.org/api/records/1/files/rdf.yaml/content",
            "c.npy",
            "https://zenodo.org/api/records/1/files/c.npy/content",
        ),
    ],
)
def test_a_relative_source_is_below_the_rdf(rdf_url, source, expected):
    assert beside(rdf_url, source) == expected


@pytest.fixture
def zoo(server, monkeypatch):
    """Return a server that stands for the zoo, with a collection and a map of ids."""
    from bioimageio.spec import settings

    pattern = f"{server.url}/collection/{{bioimageio_id}}/rdf.yaml"
    monkeypatch.setattr(settings, "collection_http_pattern", pattern)
    monkeypatch.setattr(settings, "id_map", f"{server.url}/id_map.json")
    return server


@pytest.mark.parametrize("prefix", ["", "bioimage-io/"])
def test_a_nickname_stands_for_its_latest_version(zoo, folder, weights, prefix):
    serve(zoo, folder, "/collection/affable-shark/")
    bundle = open_bundle(f"{prefix}affable-shark")
    assert bundle.reference == f"{prefix}affable-shark"
    assert bundle.file("weights.onnx").read_bytes() == weights


def test_a_version_is_asked_for(zoo, folder, weights):
    for path in folder.iterdir():
        zoo.answers[f"/collection/affable-shark/{path.name}?version=1.2"] = path.read_bytes()
    assert open_bundle("affable-shark/1.2").file("weights.onnx").read_bytes() == weights


@pytest.mark.parametrize("reference", ["10.5281/zenodo.5764892", "affable-shark/1.2"])
def test_what_the_collection_does_not_have_is_looked_up_in_the_map(zoo, folder, weights, reference):
    serve(zoo, folder)
    sha256 = hashlib.sha256((folder / "rdf.yaml").read_bytes()).hexdigest()
    entry = {"source": f"{zoo.url}/models/rdf.yaml", "sha256": sha256}
    zoo.answers["/id_map.json"] = json.dumps({reference: entry}).encode()
    assert open_bundle(reference).file("weights.onnx").read_bytes() == weights


def test_an_rdf_that_is_not_the_one_in_the_map_is_refused(zoo, folder):
    serve(zoo, folder)
    entry = {"source": f"{zoo.url}/models/rdf.yaml", "sha256": "0" * 64}
    zoo.answers["/id_map.json"] = json.dumps({"affable-shark": entry}).encode()
    with pytest.raises(ReadError, match="not the file that was published"):
        open_bundle("affable-shark")


def test_an_unknown_id_gets_the_nearest_one_proposed(zoo):
    known = {"affable-shark": {"source": "https://x.org/rdf.yaml"}}
    zoo.answers["/id_map.json"] = json.dumps(known).encode()
    with pytest.raises(UsageError, match='no model "affible-shark". Did you mean "affable-shark"'):
        open_bundle("affible-shark")


@pytest.mark.parametrize("source", ["file:///etc/passwd", "/etc/passwd", "a/rdf.yaml", None, 7])
def test_the_map_cannot_lead_anywhere_but_to_a_server(zoo, source):
    zoo.answers["/id_map.json"] = json.dumps({"affable-shark": {"source": source}}).encode()
    with pytest.raises(UsageError, match='no model "affable-shark"'):
        open_bundle("affable-shark")


def test_offline_a_model_that_came_by_the_map_opens_again(zoo, folder, monkeypatch):
    serve(zoo, folder)
    entry = {"source": f"{zoo.url}/models/rdf.yaml"}
    zoo.answers["/id_map.json"] = json.dumps({"affable-shark/1.2": entry}).encode()
    open_bundle("affable-shark/1.2")
    monkeypatch.setenv("DEBCR_OFFLINE", "1")
    assert open_bundle("affable-shark/1.2").rdf["name"] == "Tiny"


@pytest.mark.parametrize("content", [b"no json", b"[]", b"[" * 100_000])
def test_a_damaged_map_is_a_sentence(zoo, content):
    zoo.answers["/id_map.json"] = content
    with pytest.raises(ReadError, match="map of ids"):
        open_bundle("affable-shark")


def test_a_zoo_in_trouble_is_not_taken_for_one_without_the_model(zoo):
    zoo.answers["/collection/affable-shark/rdf.yaml"] = lambda handler: handler.serve(b"", 503)
    with pytest.raises(ReadError, match="cannot be fetched, after 4 attempts"):
        open_bundle("affable-shark")


def test_offline_a_model_that_was_used_before_opens(zoo, folder, weights, monkeypatch):
    serve(zoo, folder, "/collection/affable-shark/")
    open_bundle("affable-shark").file("weights.onnx")
    monkeypatch.setenv("DEBCR_OFFLINE", "1")
    asked = len(zoo.requests)
    assert open_bundle("affable-shark").file("weights.onnx").read_bytes() == weights
    assert len(zoo.requests) == asked
    with pytest.raises(ReadError, match=r"\"affable-whale\" of the zoo is not in the cache"):
        open_bundle("affable-whale")
