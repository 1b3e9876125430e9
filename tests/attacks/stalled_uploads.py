"""Uploads by somebody with an account that stop in the middle:
`python -m tests.attacks.stalled_uploads`."""

from __future__ import annotations

from tests.attacks.attackers import Attack
from tests.attacks.figures import create_account
from tests.attacks.script import measure_attack, script, show


def stall(authorization: str) -> Attack:
    """100 kB of 50 MB, then nothing."""
    part = (
        '--end-of-a-part\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n%PDF-1.4\n"
    )
    head = (
        f"POST /api/v1/documents/ HTTP/1.1\r\nHost: archive\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: multipart/form-data; boundary=end-of-a-part\r\n"
        f"Content-Length: {50 * 2**20}\r\n\r\n"
    )
    return Attack((head + part).encode() + b"x" * 100_000, b"", every=5.0)


def main() -> None:
    with script() as (site, seconds):
        attack = stall(create_account(site, "mallory"))
        show("200 stalled uploads", measure_attack(site, attack, 200, seconds))


if __name__ == "__main__":
    main()
