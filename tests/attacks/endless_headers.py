"""Requests whose heads never end: `python -m tests.attacks.endless_headers`."""

from __future__ import annotations

from tests.attacks.attackers import Attack
from tests.attacks.script import measure_attack, script, show

ENDLESS = Attack(b"GET /health HTTP/1.1\r\nHost: archive\r\n", b"X-More: more\r\n", every=2.0)


def main() -> None:
    with script() as (site, seconds):
        show("200 endless heads", measure_attack(site, ENDLESS, 200, seconds))


if __name__ == "__main__":
    main()
