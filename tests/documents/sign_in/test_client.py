"""Whose address counts: the peer's, or the last one that a gateway vouches for."""

from __future__ import annotations

import pytest

from documents.sign_in.client import find_network


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        # Nobody in between.
        ("203.0.113.9", "", "203.0.113.9"),
        ("10.0.0.5", "", "10.0.0.5"),
        # A client that only says so.
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        # A gateway on this machine or in a private network; a client's claims come before it.
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.5", "1.1.1.1, 8.8.8.8,198.51.100.7", "198.51.100.7"),
        ("::1", "198.51.100.7:4711", "198.51.100.7"),
        ("fd00::1", "2001:db8:1:2ff::5", "2001:db8:1:200::/56"),
        ("::ffff:10.0.0.5", '"[2001:db8:1:2ff::5]:443"', "2001:db8:1:200::/56"),
        ("127.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        # What is no address is no reason to trust what stands before it.
        ("127.0.0.1", "198.51.100.7, unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.7,", "127.0.0.1"),
        ("", "198.51.100.7", "198.51.100.7"),
        ("", "", ""),
    ],
)
def test_the_address_that_counts(peer: str, forwarded: str, network: str) -> None:
    meta = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}

    assert find_network(meta) == network


def test_one_customers_addresses_of_ipv6_count_as_one() -> None:
    found = {find_network({"REMOTE_ADDR": f"2001:4860:1:2{n:02x}::1"}) for n in range(256)}

    assert len(found) == 1
