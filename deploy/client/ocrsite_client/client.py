"""The archive as a Python object."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
import urllib3

from ocrsite_client.errors import NotReadable, TimedOut
from ocrsite_client.multipart import FileForm, Progress
from ocrsite_client.transport import Transport, retry_after

#: A document as the API describes it (docs/api.md).
Document = dict[str, Any]

_DOCUMENTS = "/api/v1/documents/"
_CHUNK = 256 * 1024
_ENDED = ("ready", "partial", "failed")

#: Formats that `download` knows beside `original`: what stands after "result.".
FORMATS = (
    "original", "pdf", "txt", "md", "json", "docx", "xlsx", "csv", "md.zip", "alto.xml", "hocr",
    "chunks.jsonl",
)  # fmt: skip


class Client:
    """`url`: of the site. `patience`: seconds for which a busy or absent server is asked again.

    Every method raises ApiError and ConnectionFailed.
    """

    def __init__(self, url: str, token: str = "", *, patience: float = 120.0) -> None:
        self._transport = Transport(url, token, patience=patience)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def log_in(self, username: str, password: str) -> str:
        """A new token."""
        body = {"username": username, "password": password}
        answer = self._transport.request("POST", "/api/v1/auth/token/", json=body, again=False)
        return str(answer.json()["token"])

    def upload(
        self,
        path: str | os.PathLike[str],
        *,
        title: str = "",
        tags: Iterable[str] = (),
        language: str = "",
        team: str = "",
        ocr: str = "",
        engine: str = "",
        engine_version: str = "",
        pages: str = "",
        priority: str = "",
        progress: Progress | None = None,
    ) -> Document:
        """Send a file; the document, which is read from now on. `pages`: only these, "1,3-7".

        The same file makes one document, however often it is sent.
        """
        values = {
            "title": title, "language": language, "team": team, "ocr": ocr, "engine": engine,
            "engine_version": engine_version, "pages": pages, "priority": priority,
        }  # fmt: skip
        fields = [(name, value) for name, value in values.items() if value]
        fields += [("tags", tag) for tag in tags]
        form: FileForm | None = None

        def build() -> FileForm:
            nonlocal form
            form = FileForm(Path(path), fields, progress)
            headers["Content-Type"] = form.content_type
            return form

        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answer = self._transport.request("POST", _DOCUMENTS, body=build, headers=headers)
        document: Document = answer.json()
        return document

    def document(self, document_id: str) -> Document:
        found: Document = self._transport.request("GET", f"{_DOCUMENTS}{document_id}/").json()
        return found

    def change(self, document_id: str, **fields: Any) -> Document:
        """The document with another `title`, `tags` (all of them) or `language`."""
        path = f"{_DOCUMENTS}{document_id}/"
        changed: Document = self._transport.request("PATCH", path, json=fields).json()
        return changed

    def wait(
        self,
        document_id: str,
        *,
        timeout: float = 3600.0,
        progress: Callable[[Document], None] | None = None,
    ) -> Document:
        """The document once it has been read. Raises NotReadable, TimedOut."""
        deadline = time.monotonic() + timeout
        pause = 0.5
        while True:
            document = self.document(document_id)
            if progress is not None:
                progress(document)
            if document["status"] == "failed":
                raise NotReadable(document)
            if document["status"] in _ENDED:
                return document
            if time.monotonic() + pause > deadline:
                raise TimedOut(f"{document['filename']} is still being read.")
            self._transport.sleep(pause)
            pause = min(pause * 1.5, 5.0)

    def documents(self, **filters: Any) -> Iterator[Document]:
        """Every document that matches the filters of the list (docs/api.md)."""
        yield from self._pages(_DOCUMENTS, {"page_size": 200, **filters})

    def search(self, query: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """One result for each page that matches, the best first."""
        yield from self._pages("/api/v1/search/", {"q": query, **parameters})

    def events(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """What has happened since the event number `after`, the oldest first; each event's own
        number is its `event`."""
        while True:
            parameters = {"after": after, "limit": 200}
            answer = self._transport.request("GET", "/api/v1/events/", params=parameters).json()
            if not answer["results"]:
                return
            yield from answer["results"]
            after = answer["after"]

    def download(
        self,
        document_id: str,
        kind: str,
        target: str | os.PathLike[str],
        *,
        pages: str = "",
        progress: Progress | None = None,
        timeout: float = 3600.0,
    ) -> Path:
        """Save a file of the document: "original", or what stands after "result.".

        A file that is made on request is waited for. A download that breaks off goes on where it
        stopped. The file appears under its name when it is whole. Raises TimedOut.
        """
        path = Path(target)
        name = "original/" if kind == "original" else f"result.{kind}"
        parameters = {"pages": pages} if pages else {}
        address = f"{_DOCUMENTS}{document_id}/{name}"
        self._save(address, parameters, path, progress, timeout)
        return path

    def download_zip(
        self,
        formats: Iterable[str],
        target: str | os.PathLike[str],
        *,
        filters: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Save a zip of these files of every document that matches `filters`."""
        path = Path(target)
        parameters = {**(filters or {}), "format": list(formats)}
        self._save(f"{_DOCUMENTS}zip/", parameters, path, progress, 0.0)
        return path

    def _save(
        self, address: str, parameters: Mapping[str, Any], path: Path, progress: Progress | None,
        timeout: float,
    ) -> None:  # fmt: skip
        part = path.with_name(f"{path.name}.part")
        deadline = time.monotonic() + timeout
        etag = ""
        with part.open("wb") as file:
            while True:
                headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
                if file.tell() and etag:
                    headers |= {"Range": f"bytes={file.tell()}-", "If-Range": etag}
                answer = self._transport.request(
                    "GET", address, params=parameters, headers=headers, stream=True
                )
                with answer:
                    if answer.status_code == 202:
                        if time.monotonic() > deadline:
                            raise TimedOut("The file is still being made.")
                        self._transport.sleep(retry_after(answer) or 1.0)
                        continue
                    if answer.status_code != 206:
                        file.seek(0)
                        file.truncate()
                    if _copy(answer, file, progress):
                        break
                    # A zip is built while it is sent: it has no tag, and begins again.
                    etag = answer.headers.get("ETag", "")
        part.replace(path)

    def _pages(self, path: str, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        answer = self._transport.request("GET", path, params=parameters).json()
        while True:
            yield from answer["results"]
            if not answer.get("next"):
                return
            answer = self._transport.request("GET", answer["next"]).json()


def _copy(answer: Any, file: Any, progress: Progress | None) -> bool:
    """Append the answer to `file`; whether it came whole."""
    length = int(answer.headers.get("Content-Length", 0))
    whole = file.tell() + length if length else 0
    # `iter_content` would drop what came of the chunk in which the connection broke.
    read = getattr(answer.raw, "read1", answer.raw.read)
    try:
        while chunk := read(_CHUNK):
            file.write(chunk)
            if progress is not None:
                progress(file.tell(), whole)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
        return False
    return not whole or file.tell() >= whole
