"""Downloads arrive whole and checked, or not at all, whatever the server does."""

from __future__ import annotations

import hashlib
import random
import socket
import ssl
import time
from functools import partial

import httpx
import pytest

from debcr_core.errors import DebcrWarning, ReadError
from debcr_plugins.zoo.access import downloads, fetching
from debcr_plugins.zoo.access.sources import host_of

CONTENT = random.Random(0).randbytes(1_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ETAG = '"one"'
HALF = len(CONTENT) // 2


def download(url, *expected, **options):
    """Fetch from an address that the user gave."""
    return downloads.download(url, *expected, host=host_of(url), **options)


def files(cache):
    """Return what is in the cache beside notes."""
    return [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".json"]


def test_a_file_is_fetched_once_if_its_sum_is_known(server):
    server.answers["/a/net.onnx"] = CONTENT
    path = download(f"{server.url}/a/net.onnx", SHA256)
    assert path.read_bytes() == CONTENT
    assert path.name == "net.onnx"
    assert download(f"{server.url}/a/net.onnx", SHA256.upper()) == path
    assert len(server.requests) == 1


def test_files_of_one_folder_stay_together(server):
    server.answers |= {"/a/one": b"1", "/a/two": b"2", "/b/one": b"3"}
    paths = [download(f"{server.url}{name}") for name in server.answers]
    assert paths[0].parent == paths[1].parent != paths[2].parent
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    ("last", "name"),
    [
        ("..%2f..%2fa", "_.._a"),
        ("%2e%2e", "file"),
        ("a%00b", "a_b"),
        ("", "file"),
        ("c%3Aa", "c_a"),
    ],
)
def test_no_name_on_a_server_leads_out_of_the_cache(server, cache, last, name):
    server.answers[f"/a/{last}"] = b"1"
    path = download(f"{server.url}/a/{last}")
    assert path.name == name
    assert path.resolve().is_relative_to(cache.resolve())


def test_a_damaged_copy_in_the_cache_is_fetched_again(server):
    server.answers["/a"] = CONTENT
    path = download(f"{server.url}/a", SHA256)
    path.write_bytes(b"damaged")
    assert download(f"{server.url}/a", SHA256).read_bytes() == CONTENT


def test_wrong_bytes_are_told_with_both_sums_and_not_kept(server, cache):
    server.answers["/net.onnx"] = b"wrong"
    with pytest.raises(ReadError) as caught:
        download(f"{server.url}/net.onnx", SHA256)
    for part in ("net.onnx", SHA256[:12], hashlib.sha256(b"wrong").hexdigest()[:12]):
        assert part in str(caught.value)
    assert files(cache) == []


def cut_off(handler, **headers):
    """Send half of the file; the rest if it is asked for."""
    asked = handler.headers.get("Range")
    if asked:
        assert asked == f"bytes={HALF}-"
        span = f"bytes {HALF}-{len(CONTENT) - 1}/{len(CONTENT)}"
        handler.serve(CONTENT[HALF:], 206, Content_Range=span, **headers)
    else:
        handler.begin(len(CONTENT), **headers)
        handler.wfile.write(CONTENT[:HALF])


@pytest.mark.parametrize(
    ("header", "value"), [("ETag", ETAG), ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")]
)
def test_a_broken_transfer_is_taken_up_where_it_broke(server, header, value):
    server.answers["/a"] = partial(cut_off, **{header: value})
    assert download(f"{server.url}/a").read_bytes() == CONTENT
    (_, first), (_, second) = server.requests
    assert "Range" not in first
    assert second["If-Range"] == value


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"weak"'}])
def test_without_a_reliable_mark_it_starts_anew(server, headers):
    def answer(handler):
        if len(server.requests) < 3:
            cut_off(handler, **headers)
        else:
            handler.serve(CONTENT, **headers)

    server.answers["/a"] = answer
    assert download(f"{server.url}/a").read_bytes() == CONTENT
    assert all("Range" not in headers for _, headers in server.requests)


def test_a_server_that_ignores_ranges_sends_all_again(server):
    def answer(handler):
        if len(server.requests) == 1:
            cut_off(handler, ETag=ETAG)
        else:
            handler.serve(CONTENT, ETag=ETAG)

    server.answers["/a"] = answer
    assert download(f"{server.url}/a").read_bytes() == CONTENT


def test_a_file_that_changes_meanwhile_is_not_patched_together(server):
    def answer(handler):
        if len(server.requests) == 1:
            cut_off(handler, ETag=ETAG)
        else:  # The second version, as If-Range wants it: whole.
            handler.serve(CONTENT[::-1], ETag='"two"')

    server.answers["/a"] = answer
    assert download(f"{server.url}/a").read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Range": f"bytes {HALF}-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": '"two"'},
        {"Content_Range": f"bytes 0-{HALF - 1}/{len(CONTENT)}", "ETag": ETAG},
        {"Content_Range": "nonsense", "ETag": ETAG},
        {"Content_Range": f"bytes {HALF}-{len(CONTENT) - 1}/{len(CONTENT) + 9}", "ETag": ETAG},
        {"ETag": ETAG},
    ],
)
def test_a_wrong_part_is_thrown_away(server, headers):
    def answer(handler):
        if len(server.requests) == 1:
            cut_off(handler, ETag=ETAG)
        elif "Range" in handler.headers:
            handler.serve(CONTENT[:HALF], 206, **headers)
        else:
            handler.serve(CONTENT)

    server.answers["/a"] = answer
    assert download(f"{server.url}/a").read_bytes() == CONTENT


def test_a_part_that_is_too_long_already_is_thrown_away(server):
    def answer(handler):
        if len(server.requests) == 1:
            cut_off(handler, ETag=ETAG)
        elif "Range" in handler.headers:
            handler.serve(b"", 416)
        else:
            handler.serve(b"shorter now")

    server.answers["/a"] = answer
    assert download(f"{server.url}/a").read_bytes() == b"shorter now"


def test_a_transfer_that_always_breaks_is_given_up(server, cache):
    def answer(handler):
        handler.begin(len(CONTENT))
        handler.wfile.write(CONTENT[:HALF])

    server.answers["/a"] = answer
    with pytest.raises(ReadError, match="after 4 attempts"):
        download(f"{server.url}/a")
    assert len(server.requests) == fetching.ATTEMPTS
    assert files(cache) == []


def stall(handler):
    handler.begin(len(CONTENT))
    handler.wfile.write(b"x")
    time.sleep(30)


def drip(handler):
    handler.begin(len(CONTENT))
    for _ in range(600):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def say_nothing(handler):
    time.sleep(30)


@pytest.mark.parametrize("answer", [stall, drip, say_nothing])
def test_a_connection_that_stalls_is_ended(server, cache, monkeypatch, answer):
    monkeypatch.setattr(fetching, "ATTEMPTS", 2)
    monkeypatch.setattr(fetching, "TIMEOUT", 0.3)
    server.answers["/a"] = answer
    start = time.perf_counter()
    with pytest.raises(ReadError, match="stalls|too slowly"):
        download(f"{server.url}/a")
    assert time.perf_counter() - start < 20
    assert files(cache) == []


@pytest.mark.parametrize("state", [429, 500, 503])
def test_a_server_in_passing_trouble_is_asked_again(server, state):
    def answer(handler):
        if len(server.requests) < 3:
            handler.serve(b"trouble", state)
        else:
            handler.serve(CONTENT)

    server.answers["/a"] = answer
    assert download(f"{server.url}/a").read_bytes() == CONTENT
    assert len(server.requests) == 3


@pytest.mark.parametrize("state", [401, 403, 404, 410])
def test_a_refusal_is_told_at_once(server, cache, state):
    server.answers["/a"] = lambda handler: handler.serve(b"no", state)
    with pytest.raises(ReadError, match=f"/a cannot be fetched: the server answers {state} "):
        download(f"{server.url}/a")
    assert len(server.requests) == 1
    assert files(cache) == []


def announced(handler):
    handler.begin(10**12)


def unannounced(handler):
    handler.begin(None)
    for _ in range(40):
        handler.wfile.write(CONTENT)


@pytest.mark.parametrize("answer", [announced, unannounced])
def test_a_file_that_is_too_large_is_refused(server, cache, answer):
    server.answers["/a"] = answer
    with pytest.raises(ReadError, match=r"has more than 5\.0 MB"):
        download(f"{server.url}/a", limit=5_000_000)
    assert len(server.requests) == 1
    assert files(cache) == []


def test_a_compressed_answer_that_could_swell_is_refused(server):
    server.answers["/a"] = lambda handler: handler.serve(b"x", Content_Encoding="gzip")
    with pytest.raises(ReadError, match="compressed although"):
        download(f"{server.url}/a")
    assert server.requests[0][1]["Accept-Encoding"] == "identity"


def test_redirects_are_followed(server):
    server.answers["/a"] = lambda handler: handler.serve(b"", 302, Location="/b")
    server.answers["/b"] = CONTENT
    assert download(f"{server.url}/a").read_bytes() == CONTENT


def test_redirects_in_circles_are_ended(server):
    server.answers["/a"] = lambda handler: handler.serve(b"", 302, Location="/b")
    server.answers["/b"] = lambda handler: handler.serve(b"", 302, Location="/a")
    with pytest.raises(ReadError, match="redirects more than 5 times"):
        download(f"{server.url}/a")
    assert len(server.requests) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "http://[::1"])
def test_a_redirect_to_something_else_than_the_web_is_refused(server, cache, target):
    server.answers["/a"] = lambda handler: handler.serve(b"", 302, Location=target)
    with pytest.raises(ReadError, match="cannot be fetched"):
        download(f"{server.url}/a")
    assert files(cache) == []


@pytest.mark.parametrize(
    ("chain", "good"),
    [
        (["https://x.org/a", "http://x.org/b"], False),
        (["http://x.org/a", "https://x.org/b", "http://x.org/c"], False),
        (["http://x.org/a", "https://x.org/b"], True),
        (["https://x.org/a", "https://y.org/a"], True),
    ],
)
def test_what_was_encrypted_stays_so(monkeypatch, chain, good):
    def answer(request):
        later = chain[chain.index(str(request.url)) + 1 :]
        if later:
            return httpx.Response(302, headers={"Location": later[0]})
        return httpx.Response(200, stream=httpx.ByteStream(CONTENT))

    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=transport))
    if good:
        assert download(chain[0]).read_bytes() == CONTENT
    else:
        with pytest.raises(ReadError, match="redirects to an unencrypted address"):
            download(chain[0])


def versioned(server, content, etag):
    """Let the server have a version, and say so to who asks for another than that."""

    def answer(handler):
        if handler.headers.get("If-None-Match") == etag:
            handler.begin(None, 304)
        else:
            handler.serve(content, ETag=etag)

    server.answers["/rdf.yaml"] = answer


def test_an_unchanged_file_is_not_sent_again(server):
    versioned(server, b"old", ETAG)
    path = download(f"{server.url}/rdf.yaml")
    before = path.stat()
    assert download(f"{server.url}/rdf.yaml") == path
    assert server.requests[1][1]["If-None-Match"] == ETAG
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_changed_file_is_fetched_again(server):
    versioned(server, b"old", ETAG)
    download(f"{server.url}/rdf.yaml")
    versioned(server, b"new", '"two"')
    assert download(f"{server.url}/rdf.yaml").read_bytes() == b"new"


def test_a_damaged_copy_is_not_taken_for_unchanged(server):
    versioned(server, b"old", ETAG)
    download(f"{server.url}/rdf.yaml").write_bytes(b"damaged")
    assert download(f"{server.url}/rdf.yaml").read_bytes() == b"old"


@pytest.mark.parametrize("state", [None, 503])
def test_without_network_the_copy_of_last_time_is_used_and_that_is_said(server, state):
    server.answers["/a"] = CONTENT
    url = f"{server.url}/a"
    path = download(url)
    if state:
        server.answers["/a"] = lambda handler: handler.serve(b"", state)
    else:
        server.close()
    with pytest.warns(DebcrWarning, match="The copy that was fetched earlier is used"):
        assert download(url) == path


def test_without_network_a_copy_with_another_sum_is_not_used(server):
    server.answers["/a"] = b"old"
    download(f"{server.url}/a")
    server.close()
    with pytest.raises(ReadError, match="cannot be fetched: no server answers"):
        download(f"{server.url}/a", SHA256)


@pytest.fixture
def connect(monkeypatch):
    """Return a function that lets every connection fail in a given way, and lists those tried."""
    monkeypatch.setattr(fetching, "BACK_OFF", 0.01)
    monkeypatch.setenv("NO_PROXY", "*")

    def failing(fault):
        tried = []

        def create_connection(address, *_, **__):
            tried.append(address)
            raise fault

        monkeypatch.setattr(socket, "create_connection", create_connection)
        return tried

    return failing


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "name of its server is misspelt"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), "there is no network"),
        (ConnectionRefusedError(111, "Connection refused"), "no server answers there"),
        (ssl.SSLCertVerificationError(1, "self-signed"), "no valid certificate"),
        (TimeoutError("timed out"), "its server does not answer"),
    ],
)
def test_what_would_fail_again_is_tried_once_and_told_in_plain_words(connect, fault, words):
    tried = connect(fault)
    with pytest.raises(ReadError, match=words) as caught:
        download("http://example.org/a")
    assert tried == [("example.org", 80)]
    assert "DEBCR_OFFLINE=1" in str(caught.value)
    assert "Errno" not in str(caught.value)


def test_a_connection_that_breaks_off_is_tried_again_and_told_in_plain_words(connect):
    tried = connect(ConnectionResetError(104, "Connection reset by peer"))
    with pytest.raises(ReadError, match=r"after 4 attempts: Connection reset by peer\.$"):
        download("http://example.org/a")
    assert len(tried) == fetching.ATTEMPTS


def test_a_server_that_is_not_there_is_told_at_once(server):
    server.close()
    with pytest.raises(ReadError, match="/a cannot be fetched: no server answers there"):
        download(f"{server.url}/a")


@pytest.fixture
def no_sockets(monkeypatch):
    """Let any socket fail the test, once the returned function is called."""

    def forbid():
        def opened(*args, **kwargs):
            pytest.fail("a socket was opened")

        monkeypatch.setattr(socket, "socket", opened)
        monkeypatch.setattr(socket, "create_connection", opened)
        monkeypatch.setattr(socket, "getaddrinfo", opened)
        monkeypatch.setenv("DEBCR_OFFLINE", "1")

    return forbid


def test_offline_nothing_is_asked_and_what_is_missing_is_named(cache, no_sockets):
    no_sockets()
    with pytest.raises(ReadError) as caught:
        download("https://example.org/a/net.onnx")
    for part in ("https://example.org/a/net.onnx", str(cache), "DEBCR_OFFLINE"):
        assert part in str(caught.value)


def test_offline_the_cache_serves(server, no_sockets):
    server.answers["/a"] = CONTENT
    path = download(f"{server.url}/a")
    no_sockets()
    assert download(f"{server.url}/a") == path
    assert download(f"{server.url}/a", SHA256) == path
    with pytest.raises(ReadError, match="not the file that was published"):
        download(f"{server.url}/a", "0" * 64)


def test_a_cache_folder_that_cannot_be_made_is_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DEBCR_CACHE", str(tmp_path / "file"))
    with pytest.raises(Exception, match="let DEBCR_CACHE name another one"):
        download("https://example.org/a")
