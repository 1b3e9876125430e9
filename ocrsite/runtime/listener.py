"""The listening socket, opened before anything is started and kept while the web restarts.

So a port that is in use is found at once, no other program gets the port while the web process
restarts, and a request that arrives meanwhile waits instead of being refused.
"""

from __future__ import annotations

import errno
import socket

#: Connections that may wait to be accepted.
BACKLOG = 512
#: A peer that has vanished is given up after about 30 + 3 x 10 s, so that a broken upload does not
#: occupy its thread forever.
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
#: Milliseconds after which (on Linux) a peer is given up that acknowledges nothing of what it is
#: sent: a stalled download does not occupy its thread either. It can be resumed.
_USER_TIMEOUT = 60_000


class PortUnavailable(Exception):
    """The port can't be listened on; the message is one sentence."""


def open_listener(port: int, host: str = "0.0.0.0") -> socket.socket:  # noqa: S104 # nosec B104 # the site is for the network
    """A listening TCP socket that children may inherit. Raises PortUnavailable."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted connections inherit these from the listening socket.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortUnavailable(_explain_bind_error(port, error)) from None
    listener.set_inheritable(True)
    return listener


def _explain_bind_error(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program; stop it, or set PORT to a free one."
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by this user; set PORT to one above 1023."
    return f"port {port} can't be listened on: {error.strerror}."
