"""Archives are opened in the jailed child: every format, every spelling of names, no escape."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from pathlib import Path

import pytest

from documents.errors import DamagedFile, PasswordNeeded
from documents.files.sniff import sniff
from ocr_worker.rendering import Limits, Renderer
from ocr_worker.rendering.member_paths import clean_path, decode_path
from ocr_worker.rendering.rar_parts import is_rar_part
from tests.archives import make_by_libarchive, make_tar, make_zip

FILES = {"Договоры/а.pdf": b"first " * 1000, "b.pdf": b"second"}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(Limits(archives=True))


def unpack(renderer: Renderer, path: Path) -> dict[str, bytes]:
    mime_type = sniff(path.read_bytes()[:8192]).mime_type
    found, number = {}, 0
    while (member := renderer.describe_member(path, mime_type, number)) is not None:
        if member.is_file:
            found[member.path] = b"".join(renderer.read_member(path, mime_type, number))
        number += 1
    return found


@pytest.mark.parametrize(
    "content",
    [
        make_zip(FILES),
        make_tar(FILES),
        make_tar(FILES, "w:gz"),
        make_tar(FILES, "w:bz2"),
        make_tar(FILES, "w:xz"),
    ],
    ids=["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"],
)
def test_every_format_gives_the_same_files(
    renderer: Renderer, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "misnamed.pdf"
    path.write_bytes(content)

    assert unpack(renderer, path) == FILES


#: Main headers: RAR 5 with and without "volume", with an extra area before the flags; RAR 4.
RAR5, RAR4 = b"Rar!\x1a\x07\x01\0" + bytes(4), b"Rar!\x1a\x07\0" + bytes(2)


@pytest.mark.parametrize(
    ("head", "is_part"),
    [
        (RAR5 + b"\x0b\x01\x05\x06\x01" + bytes(20), True),
        (RAR5 + b"\x0b\x01\x05\x06\x00" + bytes(20), False),
        (RAR5 + b"\x8b\x01\x01\x00\x01" + bytes(20), True),
        (RAR5 + b"\x0b", False),
        (RAR4 + b"\x73\x01\x00" + bytes(20), True),
        (RAR4 + b"\x73\x00\x00" + bytes(20), False),
        (b"PK\x03\x04\x01\x01", False),
    ],
)
def test_a_part_of_a_rar_archive_is_told(head: bytes, is_part: bool) -> None:
    assert is_rar_part(head) is is_part


def test_a_part_of_an_archive_says_that_it_is_one(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "scans.part2.rar"
    path.write_bytes(RAR5 + b"\x0b\x01\x05\x06\x01" + b"\xff" * 200)

    with pytest.raises(DamagedFile, match="one of several parts"):
        unpack(renderer, path)


def test_7z(renderer: Renderer, tmp_path: Path) -> None:
    make_by_libarchive(tmp_path / "a.7z", "7zip", FILES)

    assert unpack(renderer, tmp_path / "a.7z") == FILES


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_that_is_no_archive_is_one_file(
    renderer: Renderer, tmp_path: Path, compress: object
) -> None:
    path = tmp_path / "a"
    path.write_bytes(compress(b"%PDF-1.4 alone"))  # type: ignore[operator]

    assert unpack(renderer, path) == {"data": b"%PDF-1.4 alone"}


def test_a_member_of_many_pieces_comes_whole_in_any_order(
    renderer: Renderer, tmp_path: Path
) -> None:
    large = bytes(range(256)) * 40_000  # 10 MB: three pieces
    path = tmp_path / "a.zip"
    path.write_bytes(make_zip({"first": b"1", "large": large, "last": b"3"}))
    for number, content in ((2, b"3"), (1, large), (0, b"1"), (1, large)):
        assert b"".join(renderer.read_member(path, "application/zip", number)) == content


def test_links_and_devices_are_no_files(renderer: Renderer, tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind, name in ((tarfile.SYMTYPE, "link"), (tarfile.LNKTYPE, "hard"),
                           (tarfile.CHRTYPE, "device"), (tarfile.DIRTYPE, "folder")):  # fmt: skip
            facts = tarfile.TarInfo(name)
            facts.type, facts.linkname = kind, "/etc/passwd"
            archive.addfile(facts)
    path = tmp_path / "a.tar"
    path.write_bytes(out.getvalue())

    assert unpack(renderer, path) == {}


def test_a_password_and_damage_are_told_apart(renderer: Renderer, tmp_path: Path) -> None:
    make_by_libarchive(
        tmp_path / "locked.zip", "zip", {"a.pdf": b"secret"},
        options="zip:encryption=traditional", passphrase="x",
    )  # fmt: skip
    facts = renderer.describe_member(tmp_path / "locked.zip", "application/zip", 0)
    assert facts is not None
    assert facts.encrypted
    with pytest.raises(PasswordNeeded):
        list(renderer.read_member(tmp_path / "locked.zip", "application/zip", 0))

    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(make_tar({"a": bytes(range(256)) * 1000}, "w:gz")[:300])
    with pytest.raises(DamagedFile):
        unpack(renderer, cut)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Договор №1.pdf".encode(), "Договор №1.pdf"),
        ("Договор.pdf".encode("cp866"), "Договор.pdf"),
        ("Договор.pdf".encode("cp1251"), "Договор.pdf"),
        ("СПРАВКА.PDF".encode("cp866"), "СПРАВКА.PDF"),
        ("СПРАВКА.PDF".encode("cp1251"), "СПРАВКА.PDF"),
    ],
)
def test_names_of_old_programs(raw: bytes, name: str) -> None:
    assert decode_path(raw) == name


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/absolute/a.pdf", "absolute/a.pdf"),
        ("C:\\scans\\a.pdf", "C:/scans/a.pdf"),
        ("a/./b//c.pdf", "a/b/c.pdf"),
        ("fdp.\u202eexe", "fdp.exe"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("..", ""),
    ],
)
def test_paths_are_shown_and_lead_nowhere(path: str, cleaned: str) -> None:
    assert clean_path(path) == cleaned
