"""How passwords are hashed. Each hash waits for its turn, whoever asks for it (`hash_queue`)."""

from __future__ import annotations

from functools import partial

from django.contrib.auth import hashers

from documents.sign_in.hash_queue import QUEUE


class Argon2Hasher(hashers.Argon2PasswordHasher):
    """Argon2id with the least memory that OWASP recommends: 19 MiB, two passes, one thread.

    Source: OWASP Password Storage Cheat Sheet, "Argon2id": "m=19456 (19 MiB), t=2, p=1"
    (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html). Django's own
    parameters take 100 MiB and eight threads a hash.
    """

    memory_cost = 19_456  # KiB
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return str(QUEUE.compute(partial(super().encode, password, salt)))

    def verify(self, password: str, encoded: str) -> bool:
        return bool(QUEUE.compute(partial(super().verify, password, encoded)))


class PBKDF2Hasher(hashers.PBKDF2PasswordHasher):
    """For hashes that come from elsewhere; logging in replaces them by Argon2's."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        # `verify` encodes, so it waits here, too.
        return str(QUEUE.compute(partial(super().encode, password, salt, iterations)))
