"""Which addresses are called: public ones, each resolved once."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from documents.errors import AddressForbidden, FetchFailed, InvalidRequest
from documents.outside.addresses import check_url, find_target, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1",
        "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a9fe:a9fe::",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2001:0:1::", "2001:db8::1",
        "fec0::1",
    ],
)  # fmt: skip
def test_what_only_some_can_reach_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "95.213.0.1"])
def test_what_everybody_can_reach_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/a", "gopher://example.com/", "//example.com/a",
        "example.com/a", "http://", "http:///a", "http://user:secret@example.com/",
        "http://example.com:0/", "http://example.com:99999/", "http://exa mple.com/",
        "http://example.com/\r\nHost: x", "javascript:alert(1)", "http://[::1", "", "http://пример.рф/",
        "http://example.com/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address_to_call_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidRequest):
        check_url(url, field="source_url")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "0",
     "169.254.169.254", "[::ffff:127.0.0.1]"],
)  # fmt: skip
def test_this_machine_is_not_called_in_any_spelling(host: str) -> None:
    with pytest.raises((AddressForbidden, FetchFailed)) as refused:
        find_target(f"http://{host}:8081/")
    assert refused.type is AddressForbidden or "not known" in str(refused.value)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_is_resolved_once_and_the_address_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolve_to(monkeypatch, "1.1.1.1")

    target = find_target("https://example.com/a?b=1")

    assert (target.address, target.host, target.port) == ("1.1.1.1", "example.com", 443)
    assert (target.path, target.host_header) == ("/a?b=1", "example.com")
    assert asked == ["example.com"]


def test_a_name_with_one_hidden_address_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "1.1.1.1", "10.0.0.1")

    with pytest.raises(AddressForbidden):
        find_target("http://example.com/")


@pytest.mark.parametrize(
    ("allowed", "host", "called"),
    [
        ("intranet.example", "intranet.example", True),
        ("intranet.example", "Intranet.Example", True),
        ("intranet.example", "evil.intranet.example", False),
        (ipaddress.ip_network("10.0.0.0/8"), "other.example", True),
        (ipaddress.ip_network("10.1.0.0/16"), "other.example", False),
    ],
)  # fmt: skip
def test_the_setting_allows_hosts_and_networks(
    settings: Any, monkeypatch: pytest.MonkeyPatch, allowed: Any, host: str, called: bool
) -> None:
    settings.OCRSITE_CALL_ALLOWED = (allowed,)
    resolve_to(monkeypatch, "10.0.0.1")

    if called:
        assert find_target(f"http://{host}/").address == "10.0.0.1"
    else:
        with pytest.raises(AddressForbidden):
            find_target(f"http://{host}/")
