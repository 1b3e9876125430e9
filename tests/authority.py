"""A certificate authority that nobody else knows, and the certificate of 127.0.0.1 by it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_NEW = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class NoOpenSSL(Exception):
    """The program openssl is not installed."""


@dataclass(frozen=True)
class Authority:
    """`file`: the authority, for who is to trust it. `certificate` and `key`: the server's."""

    file: Path
    certificate: Path
    key: Path


def make_authority(directory: Path) -> Authority:
    """Files in `directory`, which is there. Raises NoOpenSSL."""
    openssl = shutil.which("openssl")
    if openssl is None:
        raise NoOpenSSL("openssl is not installed")
    made = Authority(
        directory / "authority.pem", directory / "server.pem", directory / "server.key"
    )
    request, secret = directory / "server.csr", directory / "authority.key"
    names = directory / "names"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for arguments in (
        ["req", "-x509", *_NEW, "-days", "2", "-subj", "/CN=A private authority",
         "-keyout", secret, "-out", made.file],
        ["req", *_NEW, "-subj", "/CN=127.0.0.1", "-keyout", made.key, "-out", request],
        ["x509", "-req", "-in", request, "-CA", made.file, "-CAkey", secret, "-CAcreateserial",
         "-days", "2", "-extfile", names, "-out", made.certificate],
    ):  # fmt: skip
        subprocess.run([openssl, *map(str, arguments)], check=True, capture_output=True, timeout=30)
    return made
