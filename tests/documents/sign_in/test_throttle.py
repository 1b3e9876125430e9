"""Wrong passwords slow down whoever tries them, and nobody else."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from documents.actions.log_in import log_in
from documents.errors import LogInFailed, TooManyAttempts
from documents.models import LogInCounter, User
from documents.sign_in import throttle
from documents.sign_in.client import Client
from documents.sign_in.known_devices import COOKIE, remember_device
from tests.documents.sign_in.conftest import Clock
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

HOME, ELSEWHERE = Client("198.51.100.7"), Client("203.0.113.9")


@pytest.fixture
def admin() -> User:
    return make_user("admin")


def try_password(name: str, client: Client, password: str = "wrong") -> int:
    """0 where it was tried, else the seconds to wait."""
    try:
        log_in(name, password, client)
    except LogInFailed:
        return 0
    except TooManyAttempts as error:
        return error.retry_after or 0
    return 0


def device_of(user: User, network: str) -> Client:
    response = HttpResponse()
    remember_device(response, "", user)
    return Client(network, response.cookies[COOKIE].value)


def test_the_delay_of_an_account_doubles_up_to_a_minute(admin: User, clock: Clock) -> None:
    delays = []
    for _ in range(9):
        assert try_password("admin", ELSEWHERE) == 0
        delays.append(try_password("admin", ELSEWHERE))
        clock.advance(delays[-1])

    assert delays[:5] == [1, 2, 4, 8, 16]
    assert delays == sorted(delays)
    assert delays[-2:] == [60, 60]


def test_too_early_an_attempt_is_not_hashed_and_does_not_count(admin: User, clock: Clock) -> None:
    try_password("admin", ELSEWHERE)

    waits = [try_password("admin", ELSEWHERE, PASSWORD) for _ in range(20)]

    assert set(waits) == {1}
    clock.advance(1)
    assert log_in("admin", PASSWORD, ELSEWHERE) == admin


def test_failures_are_forgotten(admin: User, clock: Clock) -> None:
    for _ in range(12):
        clock.advance(try_password("admin", ELSEWHERE))
    try_password("admin", ELSEWHERE)
    assert try_password("admin", ELSEWHERE) > 10

    clock.advance(3600)

    try_password("admin", ELSEWHERE)
    assert try_password("admin", ELSEWHERE) <= 2


def test_a_known_device_logs_in_at_once_while_others_try(admin: User, clock: Clock) -> None:
    for _ in range(20):
        clock.advance(try_password("admin", ELSEWHERE))
    assert try_password("admin", HOME) == 60, "an unknown device waits"

    assert log_in("admin", PASSWORD, device_of(admin, HOME.network)) == admin
    assert log_in("admin", PASSWORD, device_of(admin, ELSEWHERE.network)) == admin, (
        "even beside who tries"
    )


def test_an_unknown_device_logs_in_after_the_delay_however_often_others_try(
    admin: User, clock: Clock
) -> None:
    for _ in range(8):
        clock.advance(try_password("admin", ELSEWHERE))
    wait = try_password("admin", HOME)
    assert 4 <= wait < 16

    for _ in range(wait * 2):
        clock.advance(0.5)
        try_password("admin", ELSEWHERE)

    assert try_password("admin", Client("192.0.2.1")) > wait, "the others went on failing"
    assert log_in("admin", PASSWORD, HOME) == admin, "after what it was told"


def test_where_somebody_logged_in_before_they_do_not_wait_for_others(
    admin: User, clock: Clock
) -> None:
    log_in("admin", PASSWORD, HOME)
    for number in range(30):
        clock.advance(try_password("admin", ELSEWHERE))
        try_password(f"name {number}", HOME)

    assert log_in("admin", PASSWORD, HOME) == admin


def test_a_known_device_is_slowed_by_its_own_failures(admin: User, clock: Clock) -> None:
    device = device_of(admin, HOME.network)

    tried = sum(try_password("admin", device) == 0 for _ in range(20))

    assert tried == throttle.FREE_OF_KNOWN + 1
    assert log_in("admin", PASSWORD, device_of(admin, HOME.network)) == admin, "another device"


@pytest.mark.usefixtures("clock")
def test_a_new_password_forgets_the_devices(admin: User) -> None:
    device = device_of(admin, HOME.network)
    try_password("admin", ELSEWHERE)

    admin.set_password("another long secret")
    admin.save()

    assert try_password("admin", device, "another long secret") == 1


def test_sixty_names_one_try_each_from_one_address_are_slowed(clock: Clock) -> None:
    tried = sum(try_password(f"name {number}", ELSEWHERE) == 0 for number in range(60))
    clock.advance(60)
    later = sum(try_password(f"other {number}", ELSEWHERE) == 0 for number in range(60))

    assert tried == throttle.FREE_OF_ADDRESS + 1
    assert later == 1


def test_many_names_from_many_addresses_are_slowed(clock: Clock) -> None:
    tried = sum(try_password(f"name {n}", Client(f"10.0.{n}.1")) == 0 for n in range(200))

    assert tried == throttle.FREE_OF_SITE + 1


@pytest.mark.usefixtures("clock")
def test_a_log_in_forgets_the_mistakes_before_it(admin: User) -> None:
    for _ in range(3):
        LogInCounter.objects.update(waits_until=None, failures=0)
        try_password("admin", HOME)
    LogInCounter.objects.update(waits_until="2000-01-01T00:00Z")

    log_in("admin", PASSWORD, HOME)

    assert all(row.failures < 0.1 for row in LogInCounter.objects.all())


@pytest.mark.usefixtures("clock")
def test_the_names_that_are_typed_are_not_stored() -> None:
    try_password("my-secret-password-in-the-wrong-field", HOME)

    rows = str(list(LogInCounter.objects.values()))
    assert "my-secret" not in rows
    assert HOME.network not in rows


def test_old_counters_are_deleted(admin: User, clock: Clock) -> None:
    for number in range(5):
        try_password(f"name {number}", Client(f"10.0.{number}.1"))
    clock.advance(2 * 86_400)

    log_in("admin", PASSWORD, HOME)

    assert LogInCounter.objects.count() <= 4
