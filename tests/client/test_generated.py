"""A client that openapi-python-client makes of docs/openapi.yaml works against a real site."""

from __future__ import annotations

import importlib
import io
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, eventually, running

# A client of the API, whose queries are tested on each database.
pytestmark = [
    pytest.mark.long,
    pytest.mark.real_site,
    pytest.mark.any_database,
    pytest.mark.slow,
]

PACKAGE = "ocrsite_api"
SAMPLE = ROOT / "documents" / "web" / "sample.pdf"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("generated") / "data"
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1") as site:
        site.wait_for_ocr_workers()
        yield site


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package; nothing in the description was left out of it."""
    folder = tmp_path_factory.mktemp("client")
    scripts = Path(sysconfig.get_path("scripts"))
    made = subprocess.run(
        [scripts / "openapi-python-client", "generate", "--meta", "none", "--fail-on-warning",
         "--path", ROOT / "docs" / "openapi.yaml", "--output-path", folder / PACKAGE,
         "--config", ROOT / "docs" / "openapi-python-client.yaml"],
        env={**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout[-3000:]
    assert "WARNING" not in made.stdout
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_it_logs_in_uploads_waits_searches_and_downloads(site: Site, generated: str) -> None:
    def load(name: str) -> ModuleType:
        return importlib.import_module(f"{generated}.{name}" if name else generated)

    models, api = load("models"), load("")
    file = load("types").File
    anonymous = api.Client(base_url=site.url(""))
    given = models.CredentialsRequest(username="admin", password=ADMIN_PASSWORD)
    token = load("api.auth.post_auth_token").sync(client=anonymous, body=given).token
    client = api.AuthenticatedClient(base_url=site.url(""), token=token, timeout=60)

    content = SAMPLE.read_bytes()
    form = models.FormUploadRequest(
        file=file(payload=io.BytesIO(content), file_name="письмо.pdf", mime_type="application/pdf"),
        title="Письмо", tags=["входящие", "2026"],
    )  # fmt: skip
    document = load("api.documents.post_documents").sync(client=client, body=form, prefer="wait=30")
    show = load("api.documents.get_documents_one").sync

    def is_read() -> bool:
        return str(show(document.id, client=client).status) == "ready"

    eventually(is_read, 60, "the letter is read")
    document = show(document.id, client=client)
    assert (document.filename, document.title) == ("письмо.pdf", "Письмо")
    assert set(document.tags) == {"входящие", "2026"}

    search = load("api.search.get_search").sync
    eventually(lambda: search(client=client, q="title:письмо").results, 20, "it is found")
    [found] = search(client=client, q="title:письмо", page_size=1).results
    assert found.document.id == document.id

    original = load("api.documents.get_documents_original").sync(document.id, client=client)
    assert original.payload.read() == content
    text = load("api.documents.get_documents_result_txt").sync(document.id, client=client)
    assert isinstance(text, str)
    made = load("api.documents.get_documents_result_pdf").sync(
        document.id, client=client, prefer="wait=30"
    )
    assert made.payload.read().startswith(b"%PDF")

    again = models.OcrFormRequest(file=file(payload=io.BytesIO(content), file_name="letter.pdf"))
    read = load("api.ocr.post_ocr").sync(client=client, body=again)
    assert read.id == document.id
    assert read.text


def test_a_correction_has_texts_of_blocks_or_edits_or_both(generated: str) -> None:
    models = importlib.import_module(f"{generated}.models")
    texts = {"blocks": [{"id": "b0", "text": "Письмо"}]}
    edits = {"edits": [{"op": "delete", "block": "b1"}]}

    for given in (texts, edits, texts | edits):
        body: dict[str, object] = {"revision": 0, **given}
        assert models.CorrectionRequest.from_dict(body).to_dict() == body


def test_a_refusal_is_a_problem(site: Site, generated: str) -> None:
    api = importlib.import_module(generated)
    client = api.AuthenticatedClient(base_url=site.url(""), token="wrong")
    answer = importlib.import_module(f"{generated}.api.me.get_me").sync_detailed(client=client)

    assert answer.status_code == 401
    assert answer.parsed.code == "authentication-failed"
