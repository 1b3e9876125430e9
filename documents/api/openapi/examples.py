"""An example of each JSON body that is sent, by the operation's id."""

from __future__ import annotations

from typing import Any

_SAID = "…"
_TEAM = "0c51e000-0000-4000-8000-000000000001"
_DOCUMENT = "6f0d1c52-6a4f-4c2b-9a52-7d1f2f0a9b11"
_MAILBOX = {
    "host": "imap.example.com",
    "user": "archive@example.com",
    "password": _SAID,
    "folders": ["INBOX"],
    "afterwards": "seen",
    "rules": [{"sender": "*@supplier.example", "team": _TEAM, "tags": ["bill"]}],
}

BODY_EXAMPLES: dict[str, dict[str, Any]] = {
    "post_auth_token": {"username": "anna", "password": _SAID, "expires_in": 86400},
    "post_batches": {
        "from": "in/2026/", "to": "out/2026/", "formats": ["json", "txt", "pdf"], "tags": ["2026"],
    },
    "post_changes": {
        "action": "reprocess",
        "parameters": {"ocr": "always"},
        "filter": {"engine": ["tesseract"], "engine_version": ["5.3.0"], "confidence_below": 0.8},
    },
    "post_documents": {
        "source_url": "https://example.com/letter.pdf", "tags": ["incoming"], "pages": "1,3-7",
    },
    "patch_documents_one": {"title": "A better title", "language": "ru", "tags": ["answered"]},
    "post_documents_approve": {"version": 7},
    "post_documents_arrange": {
        "pages": [{"page": 2}, {"page": 1, "rotate": 180}], "result": "version",
    },
    "post_documents_assign": {"person": "anna"},
    "post_documents_collate": {"backs": _DOCUMENT, "reverse": True},
    "put_documents_hold": {"reason": "Lawsuit"},
    "post_documents_links": {"format": "pdf", "expires_in": 600},
    "put_documents_pages_doubts_one": {"answer": "text", "text": "lease"},
    "post_documents_pages_readings_accept": {"revision": 2},
    "put_documents_pages_text": {
        "revision": 1,
        "blocks": [{"id": "b0", "text": "What it really says"}],
        "edits": [{"op": "relabel", "block": "b1", "label": "doc_title"}],
    },
    "post_documents_password": {"password": _SAID},
    "post_documents_postpone": {"until": "2027-01-31T09:00:00Z", "note": "Ask Anna"},
    "post_documents_reject": {"version": 7, "reason": "Page 3 is missing"},
    "post_documents_reprocess": {"ocr": "always", "pages": "failed"},
    "put_documents_stack": {"starts": [1, 3], "left_out": [4]},
    "post_documents_versions": {"source_url": "https://example.com/letter-2.pdf"},
    "post_documents_zip": {"ids": [_DOCUMENT], "format": ["original", "docx"]},
    "post_review_next": {"team": _TEAM, "reason": "disputed"},
    "post_searches": {
        "name": "Leases", "q": "lease agreement", "filters": {"status": ["ready"]}, "team": _TEAM,
    },
    "post_sources": {
        "name": "Invoices", "team": _TEAM, "every_seconds": 300, "mailbox": _MAILBOX,
    },
    "patch_sources_one": {"active": False},
    "post_sources_retry": {"ids": [17, 18]},
    "post_tags": {"name": "to be paid", "team": _TEAM},
    "patch_tags_one": {"name": "paid"},
    "post_teams": {"name": "Invoices"},
    "patch_teams_one": {"name": "Archive"},
    "post_teams_members": {"username": "anna", "role": "reviewer", "invite": True},
    "patch_teams_members_one": {"role": "manager"},
    "post_tokens": {"name": "Scanner, 2nd floor", "scopes": ["write"], "teams": [_TEAM]},
    "post_webhooks": {
        "url": "https://example.com/hook", "team": _TEAM, "events": ["document.ready"],
    },
    "patch_webhooks_one": {"active": True},
    "post_webhooks_redeliver": {
        "since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z", "only_undelivered": True,
    },
    "post_ocr": {"image_url": "https://example.com/letter.png", "return_content": True},
}  # fmt: skip


def add_body_examples(description: dict[str, Any]) -> None:
    for methods in description["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            example = BODY_EXAMPLES.get(operation["operationId"])
            if "application/json" in content and example is not None:
                content["application/json"]["example"] = example
