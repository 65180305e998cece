"""No bundle makes this computer connect to itself or its network, however it writes the address."""

from __future__ import annotations

import socket
from functools import partial
from ipaddress import IPv4Address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debcr_core.errors import ReadError
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.access.addresses import is_public, private_address
from debcr_plugins.zoo.access.bundle import open_bundle
from debcr_plugins.zoo.access.downloads import download

PUBLIC = ["8.8.8.8", "140.82.121.4", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NOT_PUBLIC = [
    *("127.0.0.1", "127.255.0.9", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_of_this_computer_and_its_network_are_not(address):
    assert not is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_old_address_in_a_new_one_is_as_public_as_it_is(address):
    expected = is_public(str(address))
    assert is_public(f"::ffff:{address}") == expected
    assert is_public(f"64:ff9b::{address}") == expected


@pytest.mark.parametrize(
    "spelling", ["127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "localhost", "::1"]
)
def test_every_spelling_that_leads_here_is_known(spelling):
    assert private_address(spelling) in ("127.0.0.1", "::1")


@pytest.fixture
def names(monkeypatch):
    """Let names stand for addresses; a list is given one after the other."""
    known: dict[str, str | list[str]] = {}
    ask = socket.getaddrinfo

    def getaddrinfo(host, port, *options, **more):
        found = known.get(host, host)
        address = found.pop(0) if isinstance(found, list) else found
        return ask(address, port, *options, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def no_connection(monkeypatch):
    """Let any connection fail the test."""

    def connected(*_, **__):
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket, "create_connection", connected)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "10.0.0.7"),
        *("169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]"),
        *("inside.example", "①②⑦.⓪.⓪.①"),
    ],
)
def test_an_rdf_on_disk_leads_to_no_such_server(folder, rdf, names, no_connection, host):
    names["inside.example"] = "192.168.0.9"
    source = f"https://{host}/weights.onnx"
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))
    with pytest.raises(ReadError, match=r"no public address|cannot be fetched"):
        open_bundle(str(folder)).file(source)


def test_the_sentence_says_what_to_do(no_connection):
    with pytest.raises(ReadError, match=r"10\.0\.0\.7 is no public .* Name the bundle by its"):
        download("https://10.0.0.7/a")


def test_a_name_that_changes_its_mind_is_told_nothing(server, names):
    port = server.url.rpartition(":")[2]
    names["fickle.example"] = ["8.8.8.8", "127.0.0.1"]
    with pytest.raises(ReadError, match=r"127\.0\.0\.1 is no public address"):
        download(f"http://fickle.example:{port}/a")
    assert server.requests == []


def test_an_address_that_the_user_gave_may_be_here(server, folder, rdf, weights):
    server.answers["/rdf.yaml"] = (folder / "rdf.yaml").read_bytes()
    server.answers["/weights.onnx"] = weights
    assert open_bundle(f"{server.url}/rdf.yaml").file("weights.onnx").read_bytes() == weights


def test_an_rdf_from_there_leads_to_no_other_server_here(server, rdf):
    rdf["weights"]["onnx"]["source"] = "https://[::1]/weights.onnx"
    server.answers["/rdf.yaml"] = dump_yaml(rdf).encode()
    with pytest.raises(ReadError, match="::1 is no public address"):
        open_bundle(f"{server.url}/rdf.yaml").file(rdf["weights"]["onnx"]["source"])


def test_a_proxy_that_the_user_chose_may_be_here(server, names, monkeypatch):
    names["files.example"] = "8.8.8.8"
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    monkeypatch.delenv("NO_PROXY")
    with pytest.raises(ReadError, match="501"):  # the server is none: it knows no CONNECT
        download("https://files.example/a")


A, B = "https://a.example/a", "https://b.example/b"


@pytest.mark.parametrize(
    ("chain", "addresses", "fault"),
    [
        ([A, B], ["8.8.8.8", "8.8.4.4"], ""),
        ([A, B], ["8.8.8.8", "10.0.0.1"], "no public address"),
        ([A, "https://[::ffff:127.0.0.1]/"], ["8.8.8.8", ""], "no public address"),
        ([A, B], ["10.0.0.2", "10.0.0.1"], ""),
        ([A, B, "https://127.0.0.1/"], ["8.8.8.8", "8.8.4.4"], "no public address"),
        (["http://a.example/a", "http://a.example/b"], ["8.8.8.8", ""], ""),
        (["http://a.example/a", "http://b.example/b"], ["8.8.8.8", "8.8.4.4"], "unencrypted"),
        (["http://a.example/a", "http://a.example:81/b"], ["8.8.8.8", ""], "unencrypted"),
    ],
)
def test_redirects_lead_to_no_worse_place(names, monkeypatch, chain, addresses, fault):
    names |= dict(zip(("a.example", "b.example"), addresses, strict=True))

    def answer(request):
        later = chain[chain.index(str(request.url)) + 1 :]
        if later:
            return httpx.Response(302, headers={"Location": later[0]})
        return httpx.Response(200, stream=httpx.ByteStream(b"here"))

    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=transport))
    if fault:
        with pytest.raises(ReadError, match=fault):
            download(chain[0], host="a.example")
    else:
        assert download(chain[0], host="a.example").read_bytes() == b"here"
