"""A flood of log-ins hashes a few passwords at a time, and costs the same whoever is named."""

from __future__ import annotations

import threading
import time

import pytest

from documents.actions.log_in import log_in
from documents.errors import Busy, LogInFailed
from documents.models import LogInCounter, User
from documents.sign_in import hash_queue, hashers
from documents.sign_in.client import Client
from documents.sign_in.hash_queue import HashQueue
from tests.factories import make_user
from tests.ocrsite.running_site import eventually


class Holder:
    """Threads that take a turn, and keep it until they are told."""

    def __init__(self, queue: HashQueue) -> None:
        self.queue = queue
        self.release = threading.Event()
        self.order: list[str] = []
        self.refused: list[Busy] = []
        self.threads: list[threading.Thread] = []

    def start(self, name: str, *, first: bool = False) -> None:
        def hold() -> None:
            try:
                with self.queue.turn(first=first):
                    self.order.append(name)
                    self.release.wait(60)
            except Busy as error:
                self.refused.append(error)

        self.threads.append(threading.Thread(target=hold))
        self.threads[-1].start()
        eventually(lambda: self.here == len(self.threads), 20, f"{name} in the queue")

    @property
    def here(self) -> int:
        """How many have a turn, wait for one or were turned away."""
        waiting = len(self.queue._first) + len(self.queue._others)
        return len(self.order) + len(self.refused) + waiting

    def finish(self) -> None:
        self.release.set()
        for thread in self.threads:
            thread.join(60)


def test_so_many_at_a_time_so_many_wait_and_the_rest_is_turned_away() -> None:
    holder = Holder(HashQueue(slots=2, waiting=3, patience=60))

    for number in range(10):
        holder.start(str(number))

    eventually(lambda: len(holder.refused) == 5, 20, "refusals")
    eventually(lambda: len(holder.order) == 2, 20, "two that have a turn")
    assert all(error.retry_after for error in holder.refused)
    holder.finish()
    assert holder.order[2:] == ["2", "3", "4"], "in the order in which they came"


def test_nobody_waits_longer_than_the_deadline() -> None:
    holder = Holder(HashQueue(slots=1, waiting=3, patience=0.2))
    holder.start("slow")
    eventually(lambda: holder.order, 20, "the first")

    begun = time.monotonic()
    with pytest.raises(Busy), holder.queue.turn():
        pass

    assert time.monotonic() - begun > 0.1
    assert holder.order == ["slow"]
    holder.finish()


def test_known_clients_come_first_and_find_a_place_in_a_full_queue() -> None:
    holder = Holder(HashQueue(slots=1, waiting=2, patience=60))
    for name in ("running", "stranger 1", "stranger 2", "turned away"):
        holder.start(name)

    holder.start("known", first=True)
    holder.finish()

    assert holder.order == ["running", "known", "stranger 1", "stranger 2"]


def test_who_holds_a_turn_needs_no_other() -> None:
    queue = HashQueue(slots=1, waiting=1, patience=0.1)

    with queue.turn(), queue.turn():
        pass


@pytest.mark.parametrize("hasher", ["Argon2Hasher", "PBKDF2Hasher"])
def test_every_hash_waits_for_its_turn(hasher: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = getattr(hashers, hasher)()
    encoded = one.encode("a password", "a-salt-of-enough-characters")
    monkeypatch.setattr(hashers, "QUEUE", HashQueue(slots=0, waiting=1, patience=0.05))

    with pytest.raises(Busy):
        one.encode("a password", "a-salt-of-enough-characters")
    with pytest.raises(Busy):
        one.verify("a password", encoded)


@pytest.fixture
def argon2(settings: object) -> None:
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "documents.sign_in.hashers.Argon2Hasher",
        "documents.sign_in.hashers.PBKDF2Hasher",
    ]


def count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Argon2 is asked for from now on."""
    done: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(hashers.Argon2Hasher, name)

        def counted(*args: str, original: object = original, name: str = name) -> object:
            done.append(name)
            return original(*args)  # type: ignore[operator]

        monkeypatch.setattr(hashers.Argon2Hasher, name, counted)
    return done


def try_to_log_in(name: str) -> float:
    """Seconds of processor time that it takes."""
    begun = time.process_time()
    with pytest.raises(LogInFailed):
        log_in(name, "a wrong password", Client("198.51.100.7"))
    return time.process_time() - begun


@pytest.mark.django_db
@pytest.mark.usefixtures("argon2")
def test_an_unknown_name_costs_what_a_wrong_password_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_user("known")
    inactive = make_user("inactive", is_active=False)
    unusable = make_user("unusable")
    unusable.set_unusable_password()
    unusable.save()
    done = count_hashes(monkeypatch)
    costs: dict[str, list[float]] = {}

    for _ in range(5):
        for name in ("known", "unknown", inactive.username, unusable.username):
            done.clear()
            LogInCounter.objects.all().delete()
            costs.setdefault(name, []).append(try_to_log_in(name))
            assert len(done) == 1, f"{name}: {done}"

    known = min(costs["known"])
    for name, times in costs.items():
        assert 0.6 < min(times) / known < 1.6, f"{name}: {min(times):.3f} s, known {known:.3f} s"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "before",
    [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ],
)
def test_an_older_hash_is_upgraded_at_log_in_and_sessions_stay(
    settings: object, before: str
) -> None:
    settings.PASSWORD_HASHERS = [before]  # type: ignore[attr-defined]
    user = make_user("ann")
    session = user.get_session_auth_hash()
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "documents.sign_in.hashers.Argon2Hasher",
        "documents.sign_in.hashers.PBKDF2Hasher",
    ]

    log_in("ann", "a long enough secret", Client("198.51.100.7"))

    stored = User.objects.get(pk=user.pk)
    assert stored.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored.get_session_auth_hash() == session
    assert stored.check_password("a long enough secret")


def test_the_site_hashes_two_passwords_at_a_time() -> None:
    assert hash_queue.SLOTS * hashers.Argon2Hasher.memory_cost * 2**10 < 50 * 10**6
