"""LibreOffice in the jail: what a hostile document could have it do is refused."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from documents.errors import ConversionFailed
from documents.files.sniff import HEAD_BYTES, sniff
from ocr_worker.conversion import Converter
from ocr_worker.conversion.find_libreoffice import find_kit
from ocr_worker.rendering.jail import State
from tests.attacks.jail import site_of
from tests.ocr_worker.conversion.conftest import Pages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux has the jail")

ROOT = Path(__file__).parents[3]


def test_whoever_takes_libreoffice_over_gets_nowhere(libreoffice: None, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir(0o700)
    for directory in (*tmp_path.parents, tmp_path):
        if directory.is_relative_to("/tmp/pytest-of-root") or directory == tmp_path:
            directory.chmod(0o755)
    with site_of(os.geteuid()) as site:
        answer = subprocess.run(
            [
                sys.executable, "-m", "tests.attacks.jailed_office",
                json.dumps(site.targets), str(own), str(find_kit()),
            ],
            cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=60,
        )  # fmt: skip
    became = json.loads(answer.stdout)

    assert became.pop("write_own") == "done", "it can work"
    # Loading libraries is making code, and LibreOffice does both.
    assert became.pop("make_code") == "done"
    assert {name for name, outcome in became.items() if outcome == "done"} == set()


def test_every_layer_holds(converter: Converter) -> None:
    reports = converter.start()

    assert {report.layer for report in reports if report.state is State.REFUSED} == set()


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """The port of a server, and what it is asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET  # noqa: N815 # names that the library asks for

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], paths
        server.shutdown()


def test_a_text_that_links_elsewhere_shows_and_fetches_nothing(
    pages: Pages, asked: tuple[int, list[str]]
) -> None:
    port, paths = asked
    content = f"""<?xml version="1.0"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">
<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script"
 script:event-name="dom:load" xlink:type="simple"
 xlink:href="vnd.sun.star.script:Standard.M.Main?language=Basic&amp;location=document"/>
</office:event-listeners></office:scripts>
<office:body><office:text><text:p>Before</text:p>
<text:section text:name="s"><text:section-source xlink:href="file:///etc/passwd"
 text:filter-name="Text"/></text:section>
<text:p><draw:frame svg:width="2cm" svg:height="2cm"><draw:image xlink:type="simple"
 xlink:href="http://127.0.0.1:{port}/a.png"/></draw:frame>After</text:p>
</office:text></office:body></office:document-content>"""
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as files:
        files.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        files.writestr("content.xml", content)
        files.writestr("META-INF/manifest.xml", manifest)

    text = "".join(pages("links.odt", package.getvalue()))

    assert "Before" in text
    assert "After" in text
    assert "root:" not in text
    assert paths == []


def test_a_file_that_names_another_in_its_xml_shows_nothing_of_it(
    shared: Path, converter: Converter
) -> None:
    path = shared / "hostile/office/xxe_0.docx"
    target = io.BytesIO()
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES), file)

    with pytest.raises(ConversionFailed):
        converter.convert(path, kind.mime_type, target)
    assert b"root:" not in target.getvalue()
