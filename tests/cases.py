"""Small files of the kinds that lose words (../shared/cases), held against what is right.

`python -m tests.cases FOLDER --url http://127.0.0.1:8081 --password ...` uploads every file of
FOLDER's manifest to a running site and prints which cases hold. What a manifest demands is said in
FOLDER/README.md.
"""

from __future__ import annotations

import argparse
import json
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

#: Share of the page's side by which the middle of a word may miss its place.
TOLERANCE = 0.01


@dataclass
class Client:
    """The REST API of a site, as a user of it."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def log_in(self, user: str, password: str) -> None:
        answer = requests.post(
            f"{self.url}/api/v1/auth/token/",
            json={"username": user, "password": password},
            timeout=30,
        )
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Token {answer.json()['token']}"

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(f"{self.url}/api/v1{path}", timeout=60, **options)

    def upload(self, path: Path, ocr: str) -> str:
        """The document's id. Raises requests.HTTPError when the file is refused."""
        with path.open("rb") as file:
            answer = self.session.post(
                f"{self.url}/api/v1/documents/",
                files={"file": (path.name, file)},
                data={"ocr": ocr},
                timeout=60,
            )
        answer.raise_for_status()
        return str(answer.json()["id"])

    def wait_until_read(self, document: str, seconds: float = 300) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            found = dict(self.get(f"/documents/{document}/").json())
            if found["status"] not in ("queued", "processing"):
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"{found['filename']} is still {found['status']}")
            time.sleep(0.2)


def load_manifest(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def check_all(client: Client, folder: Path) -> dict[str, list[str]]:
    """What is wrong with each file of the manifest; an empty list where its case holds."""
    cases = load_manifest(folder)
    ids: dict[str, str] = {}
    problems: dict[str, list[str]] = {}
    for case in cases:
        try:
            ids[case["file"]] = client.upload(folder / case["file"], case["ocr"])
        except requests.HTTPError as error:
            problems[case["file"]] = [f"refused: {error.response.text[:200]}"]
    documents = {name: client.wait_until_read(document) for name, document in ids.items()}
    for case in cases:
        if case["file"] in documents:
            problems[case["file"]] = check(client, documents[case["file"]], case["expect"])
    return problems


def check(client: Client, document: dict[str, Any], expect: dict[str, Any]) -> list[str]:
    """What `expect` demands of the document and is not so."""
    path = f"/documents/{document['id']}"
    pages = client.get(f"{path}/result.json").json().get("pages", [])
    flags = sorted({flag for page in pages for flag in page["flags"]})
    answer = client.get(f"{path}/result.txt")
    answer.encoding = "utf-8"
    text = fold(answer.text if answer.ok else "")
    excused = bool(flags) or (document["status"] == "partial" and document["error"])
    problems = []
    if document["status"] not in expect.get("status", [document["status"]]):
        problems.append(f"status {document['status']} {document['error']}")
    wrong_text = [
        *(f"lacks {words!r}" for words in expect.get("contains", ()) if fold(words) not in text),
        *(f"has {words!r}" for words in expect.get("absent", ()) if fold(words) in text),
        *(f"repeats {words!r}" for words in expect.get("once", ()) if text.count(fold(words)) > 1),
    ]
    if not (expect.get("flag") and excused):
        problems += wrong_text
    if expect.get("must_flag") and not excused:
        problems.append("no flag")
    if expect.get("unflagged") and flags:
        problems.append(f"flags {flags}")
    problems += [
        f"{word!r} is not at {box}"
        for word, box in expect.get("boxes", {}).items()
        if not any(_is_at(page, word, box) for page in pages)
    ]
    problems += [
        f"search {query!r} is {not wanted}"
        for query, wanted in expect.get("search", ())
        if _finds(client, query, document["id"], 30 if wanted else 1.5) is not wanted
    ]
    return problems


def fold(text: str) -> str:
    """NFKC, no soft hyphens, white space folded; case stays."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u00ad", "").split())


def _finds(client: Client, query: str, document: str, within: float) -> bool:
    """Whether the query finds the document within so many seconds: the index follows the database
    within one or two, and later where the machine is busy."""
    deadline = time.monotonic() + within
    while True:
        late = time.monotonic() > deadline
        results = client.get("/search/", params={"q": query, "page_size": 100}).json()
        if any(hit["document"]["id"] == document for hit in results["results"]):
            return True
        if late:
            return False
        time.sleep(0.25)


def _is_at(page: dict[str, Any], word: str, box: list[float]) -> bool:
    """Whether a word box that holds `word` has its middle in `box`; both before the reading's own
    rotation (clockwise, degrees)."""
    for found, (x0, y0, x1, y1) in _words(page):
        if word not in found:
            continue
        x, y = (x0 + x1) / 2 / page["width"], (y0 + y1) / 2 / page["height"]
        for _ in range(page["rotation"] // 90):
            x, y = y, 1 - x
        if box[0] - TOLERANCE <= x <= box[2] + TOLERANCE and (
            box[1] - TOLERANCE <= y <= box[3] + TOLERANCE
        ):
            return True
    return False


def _words(page: dict[str, Any]) -> Iterable[tuple[str, list[float]]]:
    for block in page["blocks"]:
        for line in block["lines"]:
            for word in line["words"]:
                yield word["text"], word["bbox"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8081")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", required=True)
    given = parser.parse_args()
    client = Client(given.url)
    client.log_in(given.user, given.password)
    problems = check_all(client, given.folder)
    for name, found in problems.items():
        print(f"{'ok ' if not found else 'NOT'} {name}", *(f"\n      {line}" for line in found))
    print(f"{sum(not found for found in problems.values())} of {len(problems)} hold")


if __name__ == "__main__":
    main()
