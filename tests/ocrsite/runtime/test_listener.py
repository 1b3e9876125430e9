"""The listening socket."""

from __future__ import annotations

import socket

import pytest

from ocrsite.runtime.listener import PortUnavailable, open_listener


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(PortUnavailable, match=f"port {port} is taken"):
            open_listener(port)


def test_a_vanished_peer_is_noticed() -> None:
    # An upload whose sender is gone would otherwise hold its thread forever.
    with open_listener(0, "127.0.0.1") as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()

        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 60

        client.close()
        accepted.close()
