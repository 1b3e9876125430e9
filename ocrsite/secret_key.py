"""Django's secret key, and where it comes from.

With a bucket it is derived from the bucket's secret key, which only the environment has, and a
salt, which only the database has. So it is the same in every container of an archive, is stored
nowhere, and can be computed neither from the database nor from the bucket alone.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from documents.files.atomic import create_file
from ocrsite.environment.parse import Environment

_INFO = b"ocrsite: Django's secret key, 1"
_BYTES = 48


class DerivedKey:
    """A key that is computed when it is first used: settings are loaded before there is a
    database. Django accepts it in place of text, because it calls `str()`.

    `compute` returns None while there is no database. No request is admitted then; whatever is
    signed nevertheless is signed with a temporary key.
    """

    def __init__(self, compute: Callable[[], str | None]) -> None:
        self._compute = compute
        self._lock = threading.Lock()
        self._key: str | None = None
        self._temporary_key = secrets.token_urlsafe(_BYTES)

    def __str__(self) -> str:
        with self._lock:
            if self._key is None:
                self._key = self._compute()
            return self._key or self._temporary_key

    def __repr__(self) -> str:
        return "<secret>"

    # For Django's system check that the key is long and varied.

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(str(self))

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def startswith(self, prefix: str) -> bool:
        return str(self).startswith(prefix)


def choose_secret_key(environment: Environment) -> str | DerivedKey:
    """The key that is configured, derived, or stored in the data directory. Raises OSError."""
    if environment.secret_key:
        return environment.secret_key
    bucket = environment.s3.bucket
    if bucket is None:
        return read_or_create_secret(environment.data_dir / "secrets" / "secret_key")
    return DerivedKey(lambda: _derive_from_database(bucket.secret_key))


def derive_key(secret: str, salt: str) -> str:
    """The key for the bucket's secret key and the archive's salt: HKDF-SHA256 (RFC 5869), as
    URL-safe base64 of 48 bytes."""
    derived = hkdf(secret.encode(), salt.encode(), _INFO, _BYTES)
    return base64.urlsafe_b64encode(derived).decode()


def read_or_create_secret(path: Path) -> str:
    """The random secret in the file `path`; the first process that calls this creates it (0600).

    Raises OSError.
    """
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_file(path, secrets.token_urlsafe(_BYTES), mode=0o600)
    return path.read_text(encoding="ascii").strip()


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """`length` bytes by HKDF with SHA-256 (RFC 5869)."""
    pseudorandom = hmac.digest(salt, secret, "sha256")
    block, output = b"", b""
    for counter in range(1, -(-length // hashlib.sha256().digest_size) + 1):
        block = hmac.digest(pseudorandom, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def _derive_from_database(secret: str) -> str | None:
    """None until the start is over: the database may not exist yet.

    Raises django.db.Error: after the start, a failing database must not look like a missing key,
    or everyone would be logged out.
    """
    from documents.models.identity import identity
    from ocrsite.runtime.start_state import read_current_start

    if not read_current_start().ready:
        return None
    return derive_key(secret, identity().secret_salt)
