"""Client of ocrsite's REST API; the command line is `ocrsite_client.cli`."""

from __future__ import annotations

from ocrsite_client.client import Client, Document
from ocrsite_client.errors import ApiError, ConnectionFailed, NotReadable, OcrsiteError, TimedOut

__all__ = [
    "ApiError",
    "Client",
    "ConnectionFailed",
    "Document",
    "NotReadable",
    "OcrsiteError",
    "TimedOut",
]
