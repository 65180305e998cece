"""A server can neither hold a download for ever nor leave a broken file for later runs."""

from __future__ import annotations

import hashlib
import threading
import time

import pytest

from debcr_core.errors import Cancelled, ReadError
from debcr_core.stopping import Stop, heeding
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.access import fetching
from debcr_plugins.zoo.access.bundle import open_bundle
from debcr_plugins.zoo.access.downloads import download

LOCAL = "127.0.0.1"
CONTENT = b"0123456789" * 1000
ETAG = '"one"'


def byte_by_byte(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    drip(handler)


def silent(handler):
    time.sleep(2)


def please_continue(handler):
    for _ in range(1000):
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def elsewhere_byte_by_byte(handler):
    handler.serve(b"", 302, Location="/head")


def endless_chunk_size(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
    drip(handler)


def endless_trailer(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ")
    drip(handler)


def drip(handler):
    for _ in range(1000):
        handler.wfile.write(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize("answer", [byte_by_byte, please_continue, elsewhere_byte_by_byte, silent])
def test_a_server_that_stalls_before_the_file_is_not_asked_again(server, monkeypatch, answer):
    monkeypatch.setattr(fetching, "TIMEOUT", 0.3)
    server.answers |= {"/a": answer, "/head": byte_by_byte}
    with pytest.raises(ReadError, match="cannot be fetched: its server stalls before it sends"):
        download(f"{server.url}/a", host=LOCAL)
    assert [path for path, _ in server.requests].count("/a") == 1


@pytest.mark.parametrize("target", ["http://a:b:c/", "https://\x7f/"])
def test_a_redirect_to_no_address_is_told_at_once(server, target):
    server.answers["/a"] = lambda handler: handler.serve(b"", 302, Location=target)
    with pytest.raises(ReadError, match=r"redirects to what is no address\. Check the address\.$"):
        download(f"{server.url}/a", host=LOCAL)
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [endless_chunk_size, endless_trailer])
def test_a_server_that_sends_but_never_the_file_is_given_up(server, cache, monkeypatch, answer):
    monkeypatch.setattr(fetching, "ATTEMPTS", 2)
    monkeypatch.setattr(fetching, "TIMEOUT", 0.3)
    server.answers["/a"] = answer
    start = time.perf_counter()
    with pytest.raises(ReadError, match="after 2 attempts: it stalls"):
        download(f"{server.url}/a", host=LOCAL)
    assert time.perf_counter() - start < 10
    assert not list(cache.rglob("*.partial*"))


def test_a_stop_ends_a_transfer_that_stalls(server, cache):
    server.answers["/a"] = byte_by_byte
    stop = Stop()
    threading.Timer(0.5, stop.request).start()
    start = time.perf_counter()
    with heeding(stop), pytest.raises(Cancelled):
        download(f"{server.url}/a", host=LOCAL)
    assert time.perf_counter() - start < 10
    assert not list(cache.rglob("*.partial*"))


def test_what_comes_with_a_redirect_is_not_read(server):
    def endless(handler):
        handler.begin(None, 302, Location="/b")
        drip(handler)

    server.answers |= {"/a": endless, "/b": CONTENT}
    start = time.perf_counter()
    assert download(f"{server.url}/a", host=LOCAL).read_bytes() == CONTENT
    assert time.perf_counter() - start < 10


def test_a_slow_file_that_arrives_is_kept(server, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT", 0.5)

    def slow(handler):
        handler.begin(len(CONTENT))
        for part in range(10):
            handler.wfile.write(CONTENT[part * 1000 : (part + 1) * 1000])
            time.sleep(0.1)

    server.answers["/a"] = slow
    assert download(f"{server.url}/a", host=LOCAL).read_bytes() == CONTENT


def without_length(handler, content=CONTENT):
    """Send a file that ends where the connection does, or is cut off there."""
    handler.begin(None, ETag=ETAG)
    handler.wfile.write(content)


def test_a_file_whose_end_nobody_told_is_not_kept(server, monkeypatch):
    url = f"{server.url}/a"
    server.answers["/a"] = lambda handler: without_length(handler, CONTENT[:77])
    assert download(url, host=LOCAL).read_bytes() == CONTENT[:77]
    server.answers["/a"] = without_length
    assert download(url, host=LOCAL).read_bytes() == CONTENT
    assert "If-None-Match" not in server.requests[1][1]
    monkeypatch.setenv("DEBCR_OFFLINE", "1")
    with pytest.raises(ReadError, match=r"copy of .*/a in the cache, .*may not be whole"):
        download(url, host=LOCAL)


def test_it_is_kept_if_it_has_the_expected_sum(server):
    server.answers["/a"] = without_length
    for _ in range(2):
        download(f"{server.url}/a", hashlib.sha256(CONTENT).hexdigest(), host=LOCAL)
    assert len(server.requests) == 1


def test_a_file_that_ends_with_its_last_chunk_is_kept(server):
    def chunked(handler):
        if handler.headers.get("If-None-Match") == ETAG:
            handler.begin(None, 304)
            return
        handler.begin(None, ETag=ETAG, Transfer_Encoding="chunked")
        handler.wfile.write(b"3\r\nabc\r\n0\r\n\r\n")

    server.answers["/a"] = chunked
    for _ in range(2):
        assert download(f"{server.url}/a", host=LOCAL).read_bytes() == b"abc"
    assert server.requests[1][1]["If-None-Match"] == ETAG


def kept_as(server, path, content):
    """Serve a file that the server calls unchanged ever after."""

    def answer(handler):
        if handler.headers.get("If-None-Match") == ETAG:
            handler.begin(None, 304)
        else:
            handler.serve(content, ETag=ETAG)

    server.answers[path] = answer


@pytest.mark.parametrize("content", [b"type: [", b"PK\x03\x04 no zip"])
def test_a_damaged_copy_is_named_with_how_to_remove_it(server, cache, rdf, content):
    url = f"{server.url}/rdf.yaml"
    kept_as(server, "/rdf.yaml", content)
    with pytest.raises(ReadError, match=r"delete .*rdf\.yaml and run again"):
        open_bundle(url)
    (copy,) = cache.rglob("rdf.yaml")
    kept_as(server, "/rdf.yaml", dump_yaml(rdf).encode())
    with pytest.raises(ReadError, match=str(copy)):
        open_bundle(url)
    copy.unlink()
    assert open_bundle(url).rdf == rdf
