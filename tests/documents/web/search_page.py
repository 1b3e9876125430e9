"""The search page as a person gets it."""

from __future__ import annotations

from django.test import Client

HERE = "/search/"


def shown(browser: Client, **parameters: str) -> str:
    answer = browser.get(HERE, parameters, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()
