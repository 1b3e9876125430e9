"""Many large uploads at a time by honest clients, which try again as `curl --retry 20` does:
`python -m tests.attacks.honest_uploads`."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.attacks.figures import MIB, Figures, observing
from tests.attacks.script import script, show
from tests.ocrsite.running_site import Site

#: What curl tries again (--retry), and how often.
_TRANSIENT, _TRIES = (408, 429, 500, 502, 503, 504), 20


def upload_until_taken(site: Site, number: int, size: int) -> int:
    """The last status of an upload of `size` bytes."""
    status = 0
    for attempt in range(_TRIES):
        try:
            answer = requests.post(
                site.url("/api/v1/documents/"),
                data=_Body(number, size),
                headers={
                    **dict(site.session.headers),
                    "Content-Type": "multipart/form-data; boundary=end-of-a-part",
                },
                timeout=600,
            )
            status = answer.status_code
            wait = float(answer.headers.get("Retry-After", 2**attempt))
        except requests.RequestException:
            status, wait = 0, 2.0**attempt
        if status not in (0, *_TRANSIENT):
            return status
        time.sleep(min(wait, 60))
    return status


class _Body:
    """A form with one file, made while it is sent."""

    def __init__(self, number: int, size: int) -> None:
        head = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
        self._head = (
            f"--end-of-a-part\r\n{head}\r\n\r\n".encode() + b"%PDF-1.4\n" + str(number).encode()
        )
        self._size, self._tail = size, b"\r\n--end-of-a-part--\r\n"
        self._noise = random.Random(number).randbytes(MIB)

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        left = self._size
        while left:
            piece = self._noise[:left]
            left -= len(piece)
            yield piece
        yield self._tail


def upload_at_once(site: Site, number: int, size: int) -> tuple[Figures, list[int], float]:
    """Figures, the last status of each of `number` parallel uploads, and the seconds they took."""
    with observing(site) as figures, ThreadPoolExecutor(number) as clients:
        begun = time.monotonic()
        done = clients.map(lambda i: upload_until_taken(site, i, size), range(number))
        statuses = list(done)
        seconds = time.monotonic() - begun
    return figures, statuses, seconds


def main() -> None:
    with script() as (site, _):
        figures, statuses, seconds = upload_at_once(site, 50, 50 * MIB)
    show(f"50 uploads of 50 MB ({statuses.count(201)} end 201) in {seconds:.0f} s", figures)


if __name__ == "__main__":
    main()
