"""The bytes at a URL that somebody named, within limits of time and redirects."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message as Headers
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from documents.errors import FetchFailed
from documents.messages import Message
from documents.outside.addresses import Target, find_target

#: Seconds: to connect, between two pieces, and for the whole file.
CONNECT, SILENCE, WHOLE = 10.0, 30.0, 600.0
MOST_REDIRECTS = 5
_PIECE = 256 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Fetched:
    """`name`: what the answer or the address calls the file, "" for nothing."""

    name: str
    pieces: Iterator[bytes]


@contextlib.contextmanager
def open_url(url: str, *, still_wanted: Callable[[], None] = lambda: None) -> Iterator[Fetched]:
    """GET the file. `still_wanted` is called before each piece, and may raise to end it.

    Raises AddressForbidden, for a redirect too; FetchFailed, also while the pieces are read.
    """
    deadline = time.monotonic() + WHOLE
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_REDIRECTS + 1):
            response = _ask(find_target(url), stack)
            if response.status not in _REDIRECTS:
                break
            location = response.headers.get("Location", "")
            stack.pop_all().close()
            url = urljoin(url, location)
        else:
            raise FetchFailed(Message("The address leads from one to the next without end."))
        if response.status != 200:
            raise FetchFailed(
                Message("The server answered with status {status}.", status=response.status)
            )
        yield Fetched(_find_name(response, url), _read(response, deadline, still_wanted))


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, most: int
) -> tuple[int, bytes]:
    """The status of the answer and at most `most` bytes of it, within about `timeout` seconds. No
    redirect is followed: its status is the answer. Raises AddressForbidden, FetchFailed."""
    deadline = time.monotonic() + timeout
    with contextlib.ExitStack() as stack:
        times = urllib3.Timeout(connect=min(CONNECT, timeout), read=timeout)
        response = _ask(find_target(url), stack, "POST", headers, body, times)
        found = b""
        try:
            while len(found) < most and time.monotonic() < deadline:
                piece = response.read1(most - len(found), decode_content=False)
                if not piece:
                    break
                found += piece
        except HTTPError as error:
            raise _failed(error) from None
        return response.status, found[:most]


def _ask(
    target: Target,
    stack: contextlib.ExitStack,
    method: str = "GET",
    headers: Mapping[str, str] = MappingProxyType({}),
    body: bytes | None = None,
    times: urllib3.Timeout | None = None,
) -> urllib3.BaseHTTPResponse:
    options: dict[str, Any] = {
        "port": target.port,
        "timeout": times or urllib3.Timeout(connect=CONNECT, read=SILENCE),
        "retries": False,
        "maxsize": 1,
    }
    pool: urllib3.HTTPConnectionPool
    if target.scheme == "https":
        # The certificate is the host's, though the connection goes to the address.
        pool = urllib3.HTTPSConnectionPool(
            target.address, server_hostname=target.host, assert_hostname=target.host, **options
        )
    else:
        pool = urllib3.HTTPConnectionPool(target.address, **options)
    stack.callback(pool.close)
    try:
        response = pool.urlopen(
            method,
            target.path,
            body=body,
            headers={
                "Host": target.host_header,
                "User-Agent": "ocrsite",
                "Accept": "*/*",
                **headers,
            },
            redirect=False,
            preload_content=False,
        )
    except HTTPError as error:
        raise _failed(error) from None
    stack.callback(response.close)
    return response


def _read(
    response: urllib3.BaseHTTPResponse, deadline: float, still_wanted: Callable[[], None]
) -> Iterator[bytes]:
    try:
        # Not decoded: a small archive may hold a very large file.
        while piece := response.read(_PIECE, decode_content=False):
            if time.monotonic() > deadline:
                raise FetchFailed(Message("The file did not arrive in time."))
            still_wanted()
            yield piece
    except HTTPError as error:
        raise _failed(error) from None


def _find_name(response: urllib3.BaseHTTPResponse, url: str) -> str:
    headers = Headers()
    headers["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    given = headers.get_filename() or ""
    return given or unquote(urlsplit(url).path.rpartition("/")[2])


#: What the kinds of urllib3's errors mean, by the names of their classes and of those above.
_MEANINGS = {
    "TimeoutError": Message("it did not answer in time"),
    "SSLError": Message("its certificate is not accepted"),
    "NewConnectionError": Message("it takes no connection"),
    "ProtocolError": Message("it broke the connection off"),
}


def _failed(error: Exception) -> FetchFailed:
    # Its words name addresses of this network; its kind says enough.
    kinds = [kind.__name__ for kind in type(error).__mro__]
    known = (_MEANINGS[name] for name in kinds if name in _MEANINGS)
    return FetchFailed(
        Message("The server could not be asked: {reason}.", reason=next(known, kinds[0]))
    )
