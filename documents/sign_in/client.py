"""Who sends a request: the address to count by, and the devices that are known.

A gateway appends the address of its peer to X-Forwarded-For, so of that header only the last entry
was written by the hop in front of us; everything before it is what a client claims. And only a
gateway's word counts: one that reaches us from this machine or from a private network. Anybody else
speaks for their own address. Nothing needs to be set.

A client in the same private network could pretend to be a gateway. It gains other addresses to
count by; the delays for an account remain.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from documents.sign_in.known_devices import COOKIE

#: From where a gateway reaches us: this machine, private networks (RFC 1918, RFC 4193), those of
#: providers (RFC 6598) and link-local addresses. Python's `is_private` has documentation's as well.
_GATEWAYS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
        "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Client:
    """`network`: the IPv4 address, or the first 56 bits of the IPv6 address: what one customer of
    a provider gets. `device`: the value of the cookie (`known_devices`)."""

    network: str
    device: str = ""


def describe_client(request: HttpRequest) -> Client:
    return Client(find_network(request.META), request.COOKIES.get(COOKIE, ""))


def find_network(meta: Mapping[str, Any]) -> str:
    """The network that a request with these WSGI variables comes from; "" where none is known."""
    peer = _parse(str(meta.get("REMOTE_ADDR", "")))
    address = peer
    if peer is None or any(peer in network for network in _GATEWAYS):
        claimed = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2]
        address = _parse(claimed) or peer
    if address is None:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 56), strict=False))
    return str(address)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as gateways write it: with a port, in brackets, IPv4 as IPv6."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if isinstance(mapped, ipaddress.IPv4Address) else address
