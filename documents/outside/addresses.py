"""Where a URL that somebody named leads, and whether this machine may call it.

A server that calls whatever it is told reaches what is hidden from its callers: itself, its
network, the cloud's metadata. So only public addresses are called, unless OCRSITE_CALL_ALLOWED
names a host or network. A name is resolved once and the connection goes to that very address: a
second answer of the name server can't lead elsewhere.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from documents.errors import AddressForbidden, FetchFailed, InvalidRequest
from documents.messages import Message

LONGEST_URL = 2000
_PORTS = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """`address`: what `host` resolved to; connect to it. `path` with the query."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def check_url(url: str, *, field: str) -> None:
    """Whether it may be called as far as its text says. Raises InvalidRequest for `field`."""
    problem = _find_problem(url)
    if problem is not None:
        raise InvalidRequest.for_field(field, problem)


def check_receiver(url: str, *, field: str) -> None:
    """As `check_url`; also refuses an address of this machine or network that is plain to see, for
    who names it would only find out later. Raises InvalidRequest for `field`."""
    check_url(url, field=field)
    check_host((urlsplit(url).hostname or "").rstrip("."), field=field)


def find_target(url: str) -> Target:
    """Resolve the URL's host, once. Waits for the network.

    Raises AddressForbidden; FetchFailed where the name is not known.
    """
    problem = _find_problem(url)
    if problem is not None:
        raise AddressForbidden(problem)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme.lower()]
    address = find_address(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme.lower(), host, port, address, path)


def find_address(host: str, port: int) -> str:
    """What `host` resolves to, once; connect to that. Waits for the network.

    Raises AddressForbidden; FetchFailed where the name is not known.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchFailed(Message("The host {host} is not known.", host=host)) from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for address in addresses:
        # All of them: which one is called must not depend on an order that others choose.
        if not _is_allowed(host, address):
            raise AddressForbidden(_forbidden(host))
    return str(addresses[0])


def check_host(host: str, *, field: str) -> None:
    """Refuses an address of this machine or network that is plain to see. Raises InvalidRequest for
    `field`."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return
    if not _is_allowed(host, address):
        raise InvalidRequest.for_field(field, _forbidden(host))


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could call it. Addresses that hold another one are judged by
    that, too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _find_nat64(address)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _find_problem(url: str) -> Message | None:
    if len(url) > LONGEST_URL or not url.isascii() or any(ord(each) <= 32 for each in url):
        return Message("An address has at most {most} ASCII characters.", most=LONGEST_URL)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Message("This is no address.")
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        return Message("An address begins with http:// or https:// and names a host.")
    if parts.username is not None or parts.password is not None:
        return Message("An address must not hold a name or password.")
    return Message("This is no address.") if port == 0 else None


def _forbidden(host: str) -> Message:
    return Message(
        "The host {host} is in a network that this archive does not call. An "
        "administrator can allow it (OCRSITE_CALL_ALLOWED).",
        host=host,
    )


def _is_allowed(host: str, address: Address) -> bool:
    if is_public(address):
        return True
    for allowed in settings.OCRSITE_CALL_ALLOWED:
        if isinstance(allowed, str):
            if host.lower().rstrip(".") == allowed:
                return True
        elif address in allowed:
            return True
    return False


def _find_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64 or address in _NAT64_LOCAL:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
