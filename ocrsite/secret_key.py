"""Django's secret key, and where it comes from (design, section 3).

With a bucket it is derived: from the bucket's secret key, which only the environment has, and a
salt, which only the database has. So it is the same in every container of an archive, nobody has
to keep it, and neither the database nor the bucket gives it away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterator

from ocrsite.data_directory import kept_secret
from ocrsite.environment import Environment

_INFO = b"ocrsite: Django's secret key, 1"
_BYTES = 48


class DerivedKey:
    """A key that is found out when it is first used: settings are loaded before there is a
    database. Django takes it where it takes text (it asks for `str()`).

    `find` returns None while there is nothing to find it with. Nobody is let in then; what is
    signed all the same is signed with a key that is thrown away.
    """

    def __init__(self, find: Callable[[], str | None]) -> None:
        self._find = find
        self._lock = threading.Lock()
        self._key: str | None = None
        self._makeshift = secrets.token_urlsafe(_BYTES)

    def __str__(self) -> str:
        with self._lock:
            if self._key is None:
                self._key = self._find()
            return self._key or self._makeshift

    def __repr__(self) -> str:
        return "<secret>"

    # For Django's check that it is long and varied. It is never empty.

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(str(self))

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def startswith(self, prefix: str) -> bool:
        return str(self).startswith(prefix)


def secret_key(environment: Environment) -> str | DerivedKey:
    """The key that is given, derived, or kept in the data directory. Raises OSError."""
    if environment.secret_key:
        return environment.secret_key
    bucket = environment.s3.bucket
    if bucket is None:
        return kept_secret(environment.data_dir / "secrets" / "secret_key")
    return DerivedKey(lambda: _derived(bucket.secret_key))


def derive(secret: str, salt: str) -> str:
    """The key for the bucket's secret key and the archive's salt: HKDF-SHA256, as text."""
    derived = hkdf(secret.encode(), salt.encode(), _INFO, _BYTES)
    return base64.urlsafe_b64encode(derived).decode()


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """`length` bytes by HKDF with SHA-256 (RFC 5869)."""
    pseudorandom = hmac.digest(salt, secret, "sha256")
    block, output = b"", b""
    for counter in range(1, -(-length // hashlib.sha256().digest_size) + 1):
        block = hmac.digest(pseudorandom, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def _derived(secret: str) -> str | None:
    """Raises django.db.Error: once the start is over, a database that fails must not pass for one
    without a key, or everybody would be logged out."""
    from documents.models.identity import identity
    from ocrsite.runtime.start_state import current_start

    if not current_start().ready:
        return None  # the database may not even be there
    return derive(secret, identity().secret_salt)
