"""The log of a whole run has no password, token, key or text of a document in it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from reportlab.pdfgen import canvas

from tests.ocrsite.running_site import Site, eventually, running
from tests.s3 import APP, S3Server

pytestmark = [pytest.mark.real_site, pytest.mark.s3, pytest.mark.long, pytest.mark.timeout(300)]

PASSWORD = "planted-admin-password"
SECRET_KEY = "planted-secret-key-" + "x" * 40
#: Each is sent somewhere below.
PLANTED = {
    "the administrator's password": PASSWORD,
    "the secret key": SECRET_KEY,
    "the bucket's secret": APP.secret_key,
    "a wrong password": "planted-wrong-password",
    "a password as the name": "planted-name-password",
    "a wrong token": "planted-wrong-token",
    "a token in the query": "planted-query-token",
    "a token in a query of a page": "planted-page-query",
    "a word of a document": "plantedsyllable",
    "a word of a damaged document": "planteddamaged",
    "text in a body that is no JSON": "planted-broken-json",
    "a field of a form without its token": "planted-form-field",
    "what was searched for": "plantedsearch",
    "a corrected text": "plantedcorrection",
}


@pytest.fixture
def site(tmp_path: Path, s3_server: S3Server) -> Iterator[Site]:
    variables: dict[str, str] = {
        "OCRSITE_ADMIN_PASSWORD": PASSWORD,
        "OCRSITE_SECRET_KEY": SECRET_KEY,
        "OCRSITE_WORKERS": "1",
        **s3_server.variables(s3_server.new_bucket()),
    }
    with running(tmp_path / "data", port=None, **variables) as site:
        site.wait_for_ocr_workers()
        yield site


def make_pdf(text: str) -> bytes:
    target = io.BytesIO()
    page = canvas.Canvas(target)
    page.setFont("Helvetica", 14)
    for line in range(30):
        page.drawString(72, 760 - 20 * line, f"Line {line} of a letter with {text} in it.")
    page.save()
    return target.getvalue()


def test_nothing_secret_is_logged(site: Site) -> None:
    received = {**use(site), **fail(site)}
    site.stop()

    lines = site.log.splitlines()
    assert len(lines) > 30
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert sum(event["event"] == "request_finished" for event in events) > 15, "requests are logged"
    for what, secret in {**PLANTED, **received}.items():
        found = [line for line in lines if secret in line]
        assert not found, f"{what} is in the log: {found[0][:500]}"
    assert not [line for line in lines if "?" in json.loads(line).get("request", "")]


def use(site: Site) -> dict[str, str]:
    """What people do; returns the secrets that the site gave them."""
    site.log_in(PASSWORD)
    uploaded = site.upload("letter.pdf", make_pdf(PLANTED["a word of a document"]))
    assert uploaded.status_code == 201, uploaded.text
    document = uploaded.json()["id"]
    eventually(lambda: site.document(document)["status"] == "ready", 90, "a document that was read")
    page = site.call(f"/api/v1/documents/{document}/pages/1/").json()
    corrected = site.call(
        f"/api/v1/documents/{document}/pages/1/text/",
        "PUT",
        json={
            "revision": page["revision"],
            "blocks": [
                {"id": page["blocks"][0]["id"], "text": PLANTED["a corrected text"]},
            ],
        },
    )
    assert corrected.status_code == 200, corrected.text
    for path in ("/api/v1/search/?q=", "/api/v1/documents/?q="):
        assert site.call(path + PLANTED["what was searched for"]).status_code == 200
    browser = site.browser()
    answer = browser.submit("/login/", username="admin", password=PASSWORD)
    assert answer.status_code == 302
    assert browser.get(f"/admin/?token={PLANTED['a token in a query of a page']}").status_code < 400
    return {
        "a token": str(site.session.headers["Authorization"]).split()[1],
        "a session": str(browser.session.cookies["sessionid"]),
        "a device's cookie": str(browser.session.cookies["known_device"]),
    }


def fail(site: Site) -> dict[str, str]:
    """What goes wrong, or is tried."""
    for name, password in (
        ("admin", PLANTED["a wrong password"]),
        (PLANTED["a password as the name"], "x"),
    ):
        for _ in range(6):
            answer = requests.post(
                site.url("/api/v1/auth/token/"),
                json={"username": name, "password": password},
                timeout=30,
            )
            assert answer.status_code in (401, 429)
    site.browser().submit("/login/", username="admin", password=PLANTED["a wrong password"])
    wrong = {"Authorization": f"Token {PLANTED['a wrong token']}"}
    assert site.get("/api/v1/documents/", headers=wrong).status_code == 401
    in_query = f"?token={PLANTED['a token in the query']}"
    for path in (
        "/api/v1/documents/",
        "/api/v1/nothing/",
        "/nothing/",
        "/metrics",
        "/login/",
    ):
        site.get(path + in_query)
        site.call(path + in_query, "POST")
    site.get("/api/v1/documents/" + in_query, headers={"Host": "bad host"})
    broken = PLANTED["text in a body that is no JSON"]
    answer = site.call("/api/v1/documents/", "POST", data='{"' + broken, headers={
        "Content-Type": "application/json"
    })  # fmt: skip
    assert answer.status_code == 400
    form = {"name": PLANTED["a field of a form without its token"]}
    assert requests.post(site.url("/login/"), data=form, timeout=30).status_code == 403
    damaged = b"%PDF-1.4\n" + PLANTED["a word of a damaged document"].encode() * 50
    document = site.upload("damaged.pdf", damaged).json()["id"]
    eventually(lambda: site.document(document)["status"] == "failed", 60, "a damaged document")
    program = b"MZ\x90\0\3\0" + PLANTED["a word of a damaged document"].encode()
    refused = site.upload("notes.txt", program)
    assert refused.status_code == 415
    return {}
