"""A zip is examined before anything of it is unpacked; what is asked for is unpacked whole."""

from __future__ import annotations

import multiprocessing
import os
import stat
import struct
import subprocess
import sys
import textwrap
import time
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from debcr_core.errors import ReadError
from debcr_plugins.zoo.access.bundle import open_bundle
from debcr_plugins.zoo.access.zip_checks import MAX_ENTRIES

RDF = b"type: model\nname: Tiny\n"


@dataclass
class Entry:
    """One entry as it is written, so that each field can lie."""

    name: bytes = b"rdf.yaml"
    content: bytes = RDF
    method: int = 8
    flags: int = 0
    attributes: int = 0
    size: int | None = None
    packed_size: int | None = None
    crc: int | None = None
    offset: int | None = None
    own: dict[str, Any] = field(default_factory=dict)
    """What its own header says instead of the list of entries."""

    @property
    def packed(self) -> bytes:
        deflate = zlib.compressobj(wbits=-15)
        return deflate.compress(self.content) + deflate.flush() if self.method else self.content

    def fields(self) -> tuple[int, ...]:
        size = len(self.content) if self.size is None else self.size
        packed = len(self.packed) if self.packed_size is None else self.packed_size
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        return (20, self.flags, self.method, 0, 0, crc, packed, size, len(self.name), 0)

    def header(self) -> bytes:
        own = replace(self, **self.own)
        return struct.pack("<4s5H3L2H", b"PK\3\4", *own.fields()) + own.name

    def listed(self, offset: int) -> bytes:
        at = offset if self.offset is None else self.offset
        tail = struct.pack("<3H2L", 0, 0, 0, self.attributes << 16, at)
        return struct.pack("<4s6H3L2H", b"PK\1\2", 20, *self.fields()) + tail + self.name


def write(path: Path, *entries: Entry, comment: bytes = b"", end: bytes | None = None) -> Path:
    body, listing = b"", b""
    for entry in entries:
        listing += entry.listed(len(body))
        body += entry.header() + entry.packed
    counts = (min(len(entries), 0xFFFF),) * 2
    if end is None:
        end = struct.pack(
            "<4s4H2LH", b"PK\5\6", 0, 0, *counts, len(listing), len(body), len(comment)
        )
    path.write_bytes(body + listing + end + comment)
    return path


FIRST = Entry()


def tensor(**changes: Any) -> Entry:
    return replace(Entry(name=b"a.npy", content=b"abc" * 100), **changes)


ATTACKS = {
    "absolute": ([tensor(name=b"/tmp/a.npy")], "absolute path"),
    "up": ([tensor(name=b"../a.npy")], "leads out"),
    "up within": ([tensor(name=b"a/../../../b")], "leads out"),
    "backslash": ([tensor(name=b"..\\a.npy")], "backslash"),
    "drive": ([tensor(name=b"C:/a.npy")], "colon"),
    "stream of NTFS": ([tensor(name=b"rdf.yaml:b")], "colon"),
    "control character": ([tensor(name=b"a\nb")], "control"),
    "NUL": ([tensor(name=b"a.npy\0.txt")], "control"),
    "no name": ([tensor(name=b"")], "no file name"),
    "dot": ([tensor(name=b"./a.npy")], "empty parts"),
    "empty part": ([tensor(name=b"a//b")], "empty parts"),
    "twice": ([tensor(), tensor()], "two entries"),
    "rdf twice": ([Entry(content=b"type: model\nname: Other")], "two entries"),
    "case only": ([tensor(), tensor(name=b"A.NPY")], "upper and lower case"),
    "accents only": (
        [tensor(name="\xe9".encode(), flags=0x800), tensor(name=b"e\xcc\x81", flags=0x800)],
        "two entries",
    ),
    "file and folder": ([tensor(name=b"a"), tensor(name=b"a/b")], "both a file and a folder"),
    "file and folder entry": ([tensor(name=b"a"), Entry(b"a/", b"", 0)], "both a file and"),
    "link": ([tensor(attributes=stat.S_IFLNK | 0o777, content=b"/etc/passwd")], "is a link"),
    "device": ([tensor(attributes=stat.S_IFCHR)], "is a link or a device"),
    "pipe": ([tensor(attributes=stat.S_IFIFO)], "is a link or a device"),
    "encrypted": ([tensor(flags=1)], "encrypted"),
    "encrypted in its own header only": ([tensor(own={"flags": 1})], "differs"),
    "other method": ([tensor(own={"method": 12}, method=12, content=b"x")], "another way"),
    "folder with data": ([tensor(name=b"a/")], "holds data"),
    "swells": ([tensor(size=2 * 2**30)], "would swell to 2.1 GB"),
    "swells all together": (
        [tensor(name=b"%d" % i, size=2**26, content=os.urandom(9)) for i in range(99)],
        "would come out of",
    ),
    "too large": ([tensor(size=2**32 - 2, name=b"%d" % i) for i in range(3)], "more than 8.6 GB"),
    "huge rdf": ([Entry(b"x/rdf.yaml", b"a" * 2_000_000)], "more than 1 MB"),
    "two sizes": ([tensor(method=0, size=5)], "two sizes"),
    "other name in its header": ([tensor(own={"name": b"b.npy"})], "differs"),
    "longer name in its header": ([tensor(own={"name": b"../a.npy"})], "differs"),
    "other size in its header": ([tensor(own={"size": 7})], "differs"),
    "other sum in its header": ([tensor(own={"crc": 7})], "differs"),
    "other method in its header": ([tensor(own={"method": 0})], "differs"),
    "same place": ([tensor(), tensor(name=b"b.npy", offset=0)], "differs|shares"),
    "reaches into the list": ([tensor(packed_size=10**6, size=10**6)], "reaches into|differs"),
    "beyond the end": ([tensor(offset=10**6)], "differs|damaged"),
    "too many": ([tensor(name=b"%d" % i) for i in range(MAX_ENTRIES + 1)], "more than 2000"),
}


def attack(path: Path, name: str) -> Path:
    entries, _ = ATTACKS[name]
    return write(path, *([] if name == "huge rdf" else [FIRST]), *entries)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_before_anything_is_unpacked(name, tmp_path, cache):
    path = attack(tmp_path / "evil.zip", name)
    start = time.process_time()
    with pytest.raises(ReadError, match=ATTACKS[name][1]) as caught:
        open_bundle(str(path))
    assert time.process_time() - start < 1
    assert str(path) in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["evil.zip"]
    assert list(cache.iterdir()) == []


def overlapping() -> bytes:
    """Return a zip where two entries share their data, with headers that are in order."""
    inner = tensor(name=b"b.npy", method=0)
    outer = tensor(method=0, content=inner.header() + inner.packed)
    body = FIRST.header() + FIRST.packed
    listing = FIRST.listed(0) + outer.listed(len(body))
    listing += inner.listed(len(body) + len(outer.header()))
    body += outer.header() + outer.packed
    return (
        body + listing + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 3, 3, len(listing), len(body), 0)
    )


def test_entries_that_share_bytes_are_refused(tmp_path):
    (tmp_path / "evil.zip").write_bytes(overlapping())
    with pytest.raises(ReadError, match="shares bytes"):
        open_bundle(str(tmp_path / "evil.zip"))


def many_entries() -> bytes:
    """Return 1 MB that is nothing but a list of entries."""
    listing = Entry(name=b"a").listed(0) * (10**6 // 47)
    counts = (len(listing) // 47,) * 2
    return listing + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *counts, len(listing), 0, 0)


def hidden_entries() -> bytes:
    """Return a list of 4 MB that claims to have one entry."""
    listing = Entry(name=b"a").listed(0) * (4 * 10**6 // 47)
    return listing + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(listing), 0, 0)


def endless_comments() -> bytes:
    return b"PK\5\6" * 250_000


RAW = {
    "many entries": many_entries,
    "hidden entries": hidden_entries,
    "nothing but ends": endless_comments,
    "no zip": lambda: b"no zip at all",
    "empty": lambda: b"",
    "empty zip": lambda: b"PK\5\6" + bytes(18),
    "start only": lambda: b"PK\3\4" * 10,
    "list far away": lambda: struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, 2**32 - 2, 0),
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_hardly_a_zip_is_refused_at_once(name, tmp_path):
    path = tmp_path / "evil.zip"
    path.write_bytes(RAW[name]())
    start = time.process_time()
    with pytest.raises(ReadError, match=r"evil\.zip"):
        open_bundle(str(path))
    assert time.process_time() - start < 1


def test_a_list_that_is_longer_than_it_claims_is_not_read(tmp_path):
    (tmp_path / "evil.zip").write_bytes(hidden_entries())
    with pytest.raises(ReadError, match="its list of entries is longer than 1 MB"):
        open_bundle(str(tmp_path / "evil.zip"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_no_zip_takes_more_memory_than_allowed(tmp_path):
    for index, make in enumerate(RAW.values()):
        (tmp_path / f"{index}.zip").write_bytes(make())
    for name in ATTACKS:
        attack(tmp_path / f"{name}.zip", name)
    script = """
        import re, sys
        from pathlib import Path
        from debcr_core.errors import ReadError
        from debcr_plugins.zoo.access.bundle import open_bundle
        # Not getrusage, whose peak begins with that of the process that started this one.
        status = Path("/proc/self/status")
        peak = lambda: int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1])
        before = peak()
        for path in Path(sys.argv[1]).glob("*.zip"):
            try:
                open_bundle(str(path))
            except ReadError:
                pass
        print((peak() - before) * 1024)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert 0 < int(done.stdout) < 256 * 2**20


@pytest.mark.parametrize("changes", [{"size": 299}, {"size": 301}, {"crc": 7}])
def test_an_entry_that_is_not_what_it_says_is_not_kept(tmp_path, cache, changes):
    lying = tensor(**changes)
    bundle = open_bundle(str(write(tmp_path / "evil.zip", FIRST, lying)))
    with pytest.raises(ReadError, match=r"evil\.zip"):
        bundle.file("a.npy")
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_sum_of_a_part_does_not_hide_that_more_comes(tmp_path, cache):
    whole = tensor()
    lying = tensor(size=299, crc=zlib.crc32(whole.content[:299]))
    bundle = open_bundle(str(write(tmp_path / "evil.zip", FIRST, lying)))
    with pytest.raises(ReadError, match=r"evil\.zip"):
        bundle.file("a.npy")
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_zeros_that_shrink_a_thousandfold_are_no_attack(tmp_path):
    zeros = tensor(content=bytes(3_000_000))
    assert len(zeros.packed) * 900 < len(zeros.content)
    bundle = open_bundle(str(write(tmp_path / "tiny.zip", FIRST, zeros)))
    assert bundle.file("a.npy").read_bytes() == zeros.content


@pytest.mark.parametrize("top", ["", "tiny-1.0/"])
def test_the_rdf_may_lie_in_the_root_or_in_the_one_folder(zipped, weights, top):
    bundle = open_bundle(str(zipped(top=top)))
    assert bundle.rdf["name"] == "Tiny"
    assert bundle.file("weights.onnx").read_bytes() == weights


def test_the_rdf_is_not_looked_for_in_one_of_several_folders(tmp_path):
    path = write(tmp_path / "a.zip", Entry(name=b"a/rdf.yaml"), Entry(name=b"b/c"))
    with pytest.raises(ReadError, match="holds no RDF"):
        open_bundle(str(path))


def test_what_the_finder_of_macos_adds_is_passed_over(zipped, weights):
    bundle = open_bundle(str(zipped(("__MACOSX/tiny/._rdf.yaml", b"x"), top="tiny/")))
    assert bundle.file("weights.onnx").read_bytes() == weights


def test_a_comment_and_folders_of_a_zip_do_no_harm(tmp_path):
    entries = [Entry(name=b"a/", content=b"", method=0), tensor(name=b"a/b.npy")]
    bundle = open_bundle(str(write(tmp_path / "a.zip", FIRST, *entries, comment=b"from git")))
    assert bundle.file("a/b.npy").read_bytes() == b"abc" * 100


def test_sizes_may_follow_the_data_as_they_do_when_a_zip_is_streamed(tmp_path):
    class Pipe:
        """A file that cannot be wound back."""

        def __init__(self) -> None:
            self.content = b""

        def write(self, data: bytes) -> int:
            self.content += data
            return len(data)

        def flush(self) -> None:
            pass

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("rdf.yaml", RDF)
        with file.open(zipfile.ZipInfo("ü.npy"), "w", force_zip64=True) as member:
            member.write(b"abc")
    (tmp_path / "a.zip").write_bytes(pipe.content)
    assert open_bundle(str(tmp_path / "a.zip")).file("ü.npy").read_bytes() == b"abc"


def test_only_what_is_asked_for_is_unpacked_into_a_folder_of_this_zip(zipped, cache):
    bundle = open_bundle(str(zipped()))
    assert list(cache.iterdir()) == []
    first = bundle.file("weights.onnx")
    assert [path.name for path in cache.rglob("*") if path.is_file()] == ["weights.onnx"]
    other = open_bundle(str(zipped(("more", b""), name="other.zip"))).file("weights.onnx")
    assert other.parent != first.parent


def test_an_unpacked_file_is_used_again_unless_it_was_damaged(zipped, weights):
    bundle = open_bundle(str(zipped()))
    path = bundle.file("weights.onnx")
    before = path.stat()
    assert bundle.file("weights.onnx").stat().st_ino == before.st_ino
    path.write_bytes(b"x" * len(weights))
    assert bundle.file("weights.onnx").read_bytes() == weights


def test_a_missing_entry_is_named(zipped):
    with pytest.raises(ReadError, match=r"tiny\.zip holds no file gone\.npy"):
        open_bundle(str(zipped())).file("gone.npy")


def test_an_entry_is_held_against_its_sum(zipped):
    with pytest.raises(ReadError, match="not the file that was published"):
        open_bundle(str(zipped())).file("weights.onnx", "0" * 64)


def unpack(path: str, start: Any, results: Any) -> None:
    bundle = open_bundle(path)
    start.wait()
    try:
        results.put(bundle.file("big.npy").read_bytes() == bytes(5_000_000))
    except Exception as error:
        results.put(repr(error))


def test_two_processes_unpack_the_same_file_at_once(zipped):
    path = zipped(("big.npy", bytes(5_000_000)))
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    start, results = context.Event(), context.Queue()
    workers = [context.Process(target=unpack, args=(str(path), start, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    start.set()
    assert [results.get(timeout=60) for _ in workers] == [True] * 3
    for worker in workers:
        worker.join()
