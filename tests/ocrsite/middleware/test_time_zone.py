"""The browser's zone is the admin's, and nobody else's."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from ocrsite.middleware.time_zone import COOKIE, BrowserTimeZone, find_time_zone


@pytest.mark.parametrize("name", ["Europe/Moscow", "America/Argentina/Ushuaia", "Etc/GMT-3", "UTC"])
def test_a_zone_is_known_by_its_name(name: str) -> None:
    zone = find_time_zone(name)

    assert zone is not None and zone.key == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Etc/Unknown",
        "Moscow",
        "America",
        "/etc/passwd",
        "../../../etc/passwd",
        "Europe/../Europe/Moscow",
        "Europe/Moscow\0",
        "tzdata.zi",
        "leapseconds",
        "Ямал",
        "A" * 65,
    ],
)
def test_whatever_else_is_written_is_no_zone(name: str) -> None:
    assert find_time_zone(name) is None


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        ("/admin/", "Asia/Tokyo"),
        ("/admin/documents/document/", "Asia/Tokyo"),
        ("/api/v1/documents/", "UTC"),
        ("/health", "UTC"),
    ],
)
def test_only_the_admin_follows_the_browser(rf: RequestFactory, path: str, zone: str) -> None:
    current: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        current.append(timezone.get_current_timezone_name())
        return HttpResponse()

    request = rf.get(path)
    request.COOKIES[COOKIE] = "Asia/Tokyo"
    BrowserTimeZone(view)(request)

    assert current == [zone]
    assert timezone.get_current_timezone_name() == "UTC", "the next request has its own"
