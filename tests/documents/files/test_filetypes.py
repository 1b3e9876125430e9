"""A file's type is recognised by its first bytes."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from documents.errors import EmptyFile, UnsupportedFileType
from documents.files.filetypes import ACCEPTED, ACCEPTED_NAMES, DOCX, ODT, PPTX, XLSX
from documents.files.sniff import HEAD_BYTES, sniff


def image(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, kind)
    return target.getvalue()


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    content = b"ftyp" + major + b"\0\0\0\0" + b"".join(compatible)
    return (len(content) + 4).to_bytes(4, "big") + content


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            content = "application/vnd.oasis.opendocument.text" if name == "mimetype" else ""
            archive.writestr(name, content)
    return target.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def ole(*streams: str) -> bytes:
    """An OLE file with these streams in its directory, which is its second sector."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + b"\x09\0" + bytes(16) + bytes(4)
    entries = [name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams)]
    return header.ljust(512, b"\0") + b"".join(entries)


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (image("PNG"), "image/png"),
        (image("JPEG"), "image/jpeg"),
        (image("TIFF"), "image/tiff"),
        (image("WEBP"), "image/webp"),
        (image("BMP"), "image/bmp"),
        (image("GIF"), "image/gif"),
        (b"MM\x00*\0\0\0\x08", "image/tiff"),
        (b"II+\x00\x08\0\0\0", "image/tiff"),
        (b"GIF87a\x01\0\x01\0", "image/gif"),
        (ftyp(b"heic", b"mif1"), "image/heic"),
        (ftyp(b"mif1", b"heic"), "image/heic"),
        (ftyp(b"avif", b"mif1"), "image/avif"),
        (ftyp(b"mif1", b"miaf", b"avif"), "image/avif"),
        (ftyp(b"heic", b"mif1", b"avif"), "image/heic"),
        (image("AVIF"), "image/avif"),
        (image("JPEG2000"), "image/jp2"),
        (b"\xff\x4f\xff\x51\0\x2f\0\0", "image/jp2"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"%PDF+1.4\n", "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4", "application/pdf"),
        (tarred("a.pdf", b"%PDF-1.7\n"), "application/x-tar"),
        (b"printer rubbish\r\n" * 10 + b"%PDF-1.4", "application/pdf"),
        (zipped("[Content_Types].xml", "word/document.xml"), DOCX.mime_type),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), XLSX.mime_type),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), PPTX.mime_type),
        (zipped("[Content_Types].xml", "xl/workbook.xml", "word/x.docx"), XLSX.mime_type),
        (zipped("mimetype", "content.xml"), ODT.mime_type),
        (zipped("content.xml", "META-INF/manifest.xml", "mimetype"), ODT.mime_type),
        (zipped("content.xml", "META-INF/manifest.xml"), ODT.mime_type),
        (ole("WordDocument"), "application/msword"),
        (ole("Workbook", "WordDocument"), "application/vnd.ms-excel"),
        (ole("BOOK"), "application/vnd.ms-excel"),
        (ole("PowerPoint Document"), "application/vnd.ms-powerpoint"),
        (b"{\\rtf1 text}", "application/rtf"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b"\n <html>%PDF-1.4", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "text/html"),
        (b"BM is how this text begins, it is no bitmap", "text/plain"),
        ("просто текст".encode("cp1251"), "text/plain"),
        ("просто текст".encode("koi8-r"), "text/plain"),
        ("просто текст".encode("utf-16"), "text/plain"),
        ("Дата;Сумма\n1.02;3\n2.03;4\n".encode("cp866"), "text/csv"),
        (b"Dear Sir, thank you.\nYours, John\n", "text/plain"),
        (ole("__substg1.0_0037001F"), "application/vnd.ms-outlook"),
        (ole("EncryptedPackage"), "application/x-ooxml-protected"),
        (b"From: a@example.org\r\n\r\n%PDF-1.4", "message/rfc822"),
        (b"DKIM-Signature: v=1;\r\n a=rsa\r\nFrom: a@b.ru\r\n\r\nhello", "message/rfc822"),
        (b"X-Unsent: 1\nMIME-Version: 1.0\nSubject: draft\n\nhello", "message/rfc822"),
        (b"From a@b.ru Fri Nov 27 10:00:00 2026\nFrom: a@b.ru\n\nhello", "application/mbox"),
        (b"From our side all is well:\nwe agree.\n", "text/plain"),
        (bytes.fromhex("3082010006092a864886f70d010703"), "application/pkcs7-mime"),
        (b"\x78\x9f\x3e\x22\1\0", "application/ms-tnef"),
    ],
)
def test_each_accepted_type_is_known_by_its_content(head: bytes, mime_type: str) -> None:
    assert sniff(head[:HEAD_BYTES], io.BytesIO(head)).mime_type == mime_type


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (zipped("[Content_Types].xml", "visio/document.xml"), "an Office document"),
        (ole("VisioDocument"), "an old Office document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"<?xml version='1.0'?><svg/>", "an SVG drawing"),
        (b"<?xml version='1.0'?><note/>", "an XML file"),
        (b"%!PS-Adobe-3.0", "a PostScript file"),
        (b"MZ\x90\0%PDF-1.4", "a file of type"),
        (ftyp(b"isom", b"mp42"), "a file of type video/mp4"),
        (bytes(100), "a file of an unknown type"),
    ],
)
def test_a_refusal_names_the_type_and_the_accepted_ones(head: bytes, says: str) -> None:
    with pytest.raises(UnsupportedFileType) as caught:
        sniff(head)

    assert says in caught.value.detail
    assert ACCEPTED_NAMES in caught.value.detail


def test_a_pdf_that_begins_later_than_its_standard_allows_is_none() -> None:
    with pytest.raises(UnsupportedFileType):
        sniff(b"\0" * 1024 + b"%PDF-1.4")


def test_nothing_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile):
        sniff(b"")


HEADS = st.sampled_from([b"", b"\xff\xd8\xff", b"RIFF0000WEBP", b"\xff\xff\xff\xffftypheic", b"BM"])


@given(HEADS, st.binary(min_size=1, max_size=200))
def test_any_bytes_are_something_accepted_or_refused(head: bytes, rest: bytes) -> None:
    try:
        kind = sniff(head + rest)
    except UnsupportedFileType:
        return
    assert kind in ACCEPTED


FORMATS = {
    "pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png", "tiff": "image/tiff",
    "docx": DOCX.mime_type, "odt": ODT.mime_type,
    "doc": "application/vnd.oasis.opendocument.text",  # of that name, and an ODT by its content
}  # fmt: skip


def test_every_sample_has_its_listed_type(shared: Path) -> None:
    manifest = json.loads((shared / "samples/manifest.json").read_text("utf-8"))
    wrong = []
    for document in manifest["documents"]:
        with (shared / "samples" / document["file"]).open("rb") as file:
            found = sniff(file.read(HEAD_BYTES), file).mime_type
        if found != FORMATS.get(document["format"], ""):
            wrong.append((document["file"], found))

    assert wrong == []


REFUSED = {"svg"}


def test_no_hostile_file_that_a_reader_would_not_open_gets_in(shared: Path) -> None:
    taken = []
    for entry in json.loads((shared / "hostile/manifest.json").read_text("utf-8")):
        if entry["category"] in REFUSED:
            with (shared / "hostile" / entry["file"]).open("rb") as file:
                head = file.read(HEAD_BYTES)
            with pytest.raises(UnsupportedFileType):
                taken.append((entry["file"], sniff(head)))

    assert taken == []


def test_every_hostile_file_that_a_reader_does_open_gets_in(shared: Path) -> None:
    # But for the web page that carries a PDF: it would be one thing here, another in a browser.
    refused = []
    for entry in json.loads((shared / "hostile/manifest.json").read_text("utf-8")):
        if entry["observed"].startswith("OK") and not entry["file"].endswith("html_pdf_0.pdf"):
            with (shared / "hostile" / entry["file"]).open("rb") as file:
                head = file.read(HEAD_BYTES)
            try:
                sniff(head)
            except UnsupportedFileType:
                refused.append(entry["file"])

    assert refused == []
