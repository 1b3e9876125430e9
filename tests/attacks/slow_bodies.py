"""Bodies that drip a byte every two seconds: `python -m tests.attacks.slow_bodies`."""

from __future__ import annotations

from tests.attacks.attackers import Attack
from tests.attacks.script import measure_attack, script, show

PATHS = {"log-in": "/api/v1/auth/token/", "uploads": "/api/v1/documents/"}


def drip_into(path: str, length: int, authorization: str = "") -> Attack:
    known = f"Authorization: {authorization}\r\n" if authorization else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: archive\r\n{known}Content-Type: application/json\r\n"
        f"Content-Length: {length}\r\n\r\n{{"
    )
    return Attack(head.encode(), b" ", every=2.0)


def main() -> None:
    for number in (12, 200):
        for name, path in PATHS.items():
            for length in (1000, 50 * 2**20):
                with script() as (site, seconds):
                    figures = measure_attack(site, drip_into(path, length), number, seconds)
                show(f"{number} slow bodies of {length} bytes to {name}", figures)


if __name__ == "__main__":
    main()
