"""What an RDF may name as a file: anything in its bundle, and https URLs."""

from __future__ import annotations

import pytest

from debcr_core.errors import ReadError
from debcr_plugins.zoo.access.sources import check_sources, listed, unsafe

INSIDE = ["weights.onnx", "a/b/c.npy", "./a.npy", "ünï code.png", "a..b", "~/a", "%2e%2e/a", "a b"]
OUTSIDE = [
    ("../weights.onnx", "leads out"),
    ("a/../../b", "leads out"),
    ("a/..", "leads out"),
    ("..", "leads out"),
    ("/etc/passwd", "absolute"),
    ("//server/share", "absolute"),
    ("..\\a", "backslash"),
    ("a\\b", "backslash"),
    ("\\\\server\\share", "backslash"),
    ("C:\\a", "only paths within"),
    ("c:a", "only paths within"),
    ("file:///etc/passwd", "only paths within"),
    ("FILE:a", "only paths within"),
    ("ftp://example.org/a", "only paths within"),
    ("data:text/plain,a", "only paths within"),
    ("a/b:c", "colon"),
    ("", "no file name"),
    (" ", "no file name"),
    (".", "no file name"),
    ("./", "no file name"),
    ("a\x00b", "control"),
    ("a\nb", "control"),
    ("a\x7fb", "control"),
    ("a\u2028b", "control"),
    ("http://example.org/a", "only https"),
    ("https://", "no valid URL"),
    ("https://[::1/a", "no valid URL"),
    ("https://example.org:99999/a", "no valid URL"),
    ("https://example.org/a\x00", "control"),
    ("a" * 900_000, "more than 2083 characters"),
    (7, "no file name"),
    (True, "no file name"),
]


@pytest.mark.parametrize("source", [*INSIDE, "https://example.org/a?b=c", "HTTPS://example.org/a"])
def test_files_of_the_bundle_and_https_urls_are_allowed(source):
    assert unsafe(source) == ""


@pytest.mark.parametrize(("source", "reason"), OUTSIDE)
def test_whatever_lies_elsewhere_is_refused(source, reason):
    assert reason in unsafe(source)


def test_only_the_server_of_the_rdf_may_send_files_unencrypted():
    assert unsafe("http://example.org/a", host="example.org") == ""
    assert "only https" in unsafe("http://example.com/a", host="example.org")


BAD = "/etc/passwd"
PLACES = {
    "weights.onnx.source": {"weights": {"onnx": {"source": BAD}}},
    "weights.onnx.external_data.source": {"weights": {"onnx": {"external_data": {"source": BAD}}}},
    "weights.pytorch_state_dict.architecture.source": {
        "weights": {"pytorch_state_dict": {"architecture": {"source": BAD, "callable": "Net"}}}
    },
    "weights.pytorch_state_dict.architecture": {
        "weights": {"pytorch_state_dict": {"architecture": f"{BAD}:Net"}}
    },
    "weights.pytorch_state_dict.dependencies.source": {
        "weights": {"pytorch_state_dict": {"dependencies": {"source": BAD}}}
    },
    "weights.pytorch_state_dict.dependencies": {
        "weights": {"pytorch_state_dict": {"dependencies": f"conda:{BAD}"}}
    },
    "inputs.0.test_tensor.source": {"inputs": [{"test_tensor": {"source": BAD}}]},
    "outputs.1.sample_tensor.source": {"outputs": [{}, {"sample_tensor": {"source": BAD}}]},
    "inputs.0.preprocessing.0.source": {"inputs": [{"preprocessing": [{"source": BAD}]}]},
    "test_inputs.0": {"test_inputs": [BAD]},
    "test_outputs.1": {"test_outputs": ["a.npy", BAD]},
    "sample_inputs.0": {"sample_inputs": [BAD]},
    "sample_outputs.0": {"sample_outputs": [BAD]},
    "covers.0": {"covers": [BAD]},
    "covers.0.source": {"covers": [{"source": BAD}]},
    "documentation": {"documentation": BAD},
    "documentation.source": {"documentation": {"source": BAD}},
    "attachments.files.0": {"attachments": {"files": [BAD]}},
    "attachments.0.source": {"attachments": [{"source": BAD}]},
    "icon": {"icon": BAD},
    "parent.uri": {"parent": {"uri": BAD}},
    "training_data.documentation": {"training_data": {"documentation": BAD}},
}


@pytest.mark.parametrize("place", PLACES)
def test_the_place_of_a_bad_name_is_told_wherever_it_stands(place):
    with pytest.raises(ReadError) as caught:
        check_sources({"type": "model", **PLACES[place]}, "tiny.zip")
    said = f"tiny.zip: {place} names the file '/etc/passwd', but it is an absolute path."
    assert str(caught.value) == said


def test_an_unencrypted_url_is_no_fault_before_it_is_wanted():
    check_sources({"type": "model", "covers": ["http://example.org/a.png"]}, "tiny.zip")


@pytest.mark.parametrize("source", ["http://", "http://x.org:0/a", "http://[::1/a"])
def test_a_url_that_is_none_is_a_fault_at_once(source):
    with pytest.raises(ReadError, match="covers.0 names .* no valid URL"):
        check_sources({"type": "model", "covers": [source]}, "tiny.zip")


def test_what_is_no_file_name_is_left_alone():
    rdf = {
        "icon": "🦈",
        "config": {"source": BAD},
        "documentation": None,
        "weights": {
            "pytorch_state_dict": {
                "architecture": "library.module.Net",
                "kwargs": {"source": BAD, "file": BAD},
            }
        },
        "parent": {"id": "affable-shark"},
        "tags": [BAD],
    }
    assert list(listed(rdf)) == []


def test_sources_of_format_0_4_are_found_beside_what_else_a_text_holds():
    state_dict = {"architecture": "net.py:Net", "dependencies": "conda:environment.yaml"}
    found = dict(listed({"weights": {"pytorch_state_dict": state_dict}}))
    assert sorted(found.values()) == ["environment.yaml", "net.py"]
