"""Secrets that this site must be able to read again: passwords of other servers.

They are encrypted (Fernet) with a key that is derived (HKDF) from the site's secret key, which the
database does not have: neither it nor its copy in the bucket gives a password away.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from documents.errors import PasswordUnreadable
from documents.messages import Message

_INFO = b"ocrsite: passwords of other servers, 1"


def seal(secret: str) -> str:
    """ASCII. Two seals of one secret differ."""
    return _fernet().encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Raises PasswordUnreadable where the site has another secret key than when it was sealed."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise PasswordUnreadable(
            Message(
                "The password was kept with another secret key of the site. Enter it again; "
                "several machines need the same OCRSITE_SECRET_KEY."
            )
        ) from None


def _fernet() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO)
    return Fernet(base64.urlsafe_b64encode(key.derive(str(settings.SECRET_KEY).encode())))
