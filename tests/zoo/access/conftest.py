"""Bundles of a few bytes, a cache of their own for each test, and a server that misbehaves."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.access import fetching

WEIGHTS = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch) -> Path:
    """Return the cache folder of this test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("DEBCR_CACHE", str(folder))
    monkeypatch.delenv("DEBCR_OFFLINE", raising=False)
    return folder


@pytest.fixture
def weights() -> bytes:
    return WEIGHTS


@pytest.fixture
def rdf() -> dict[str, Any]:
    """Return what is needed of an RDF here: it is not validated by the specification."""
    entry = {"source": "weights.onnx", "sha256": hashlib.sha256(WEIGHTS).hexdigest()}
    return {"type": "model", "name": "Tiny", "weights": {"onnx": entry}}


@pytest.fixture
def folder(tmp_path, rdf) -> Path:
    """Return a bundle folder."""
    path = tmp_path / "tiny"
    path.mkdir()
    (path / "rdf.yaml").write_text(dump_yaml(rdf))
    (path / "weights.onnx").write_bytes(WEIGHTS)
    return path


@pytest.fixture
def zipped(tmp_path, rdf) -> Callable[..., Path]:
    """Return a function that zips the bundle, in a folder or not, and then whatever is given."""

    def make(*more: tuple[Any, bytes], top: str = "", name: str = "tiny.zip", **options) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as file:
            file.writestr(f"{top}rdf.yaml", dump_yaml(rdf))
            file.writestr(f"{top}weights.onnx", WEIGHTS)
            for entry, content in more:
                file.writestr(entry, content)
        return path

    return make


class Server:
    """A web server in a thread, whose answers the test writes.

    Attributes
    ----------
    url : str
        Where it is.
    answers : dict
        For each path, a function of the request's handler; or bytes, to be served well.
    requests : list of (str, dict)
        Path and headers of what was asked so far.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append((self.path, dict(self.headers)))
                answer = outer.answers.get(self.path, self.refuse)
                self.close_connection = True
                if isinstance(answer, bytes):
                    self.serve(answer)
                else:
                    answer(self)

            def refuse(self, _: Any) -> None:
                self.send_error(404)

            def serve(self, content: bytes, state: int = 200, **headers: str) -> None:
                """Send an answer whole."""
                self.begin(len(content), state, **headers)
                self.wfile.write(content)

            def begin(self, length: int | None, state: int = 200, **headers: str) -> None:
                """Send the head of an answer; what comes after it is the test's affair."""
                self.send_response(state)
                self.send_header("Connection", "close")
                if length is not None:
                    self.send_header("Content-Length", str(length))
                for key, value in headers.items():
                    self.send_header(key.replace("_", "-"), value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch):
    """Return a server that is asked again at once."""
    monkeypatch.setattr(fetching, "BACK_OFF", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server()
    yield running
    running.close()
