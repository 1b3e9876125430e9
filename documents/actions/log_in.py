"""Log in: a user name and a password against a user, or against a token for a program."""

from __future__ import annotations

import datetime

import structlog
from django.contrib.auth.hashers import make_password, verify_password
from django.utils import timezone

from documents.errors import LogInFailed
from documents.messages import Message
from documents.models import ApiToken, User
from documents.sign_in import throttle
from documents.sign_in.client import Client
from documents.sign_in.hash_queue import QUEUE
from documents.sign_in.tokens import DEFAULT_VALIDITY, create_token, delete_ended_tokens

log = structlog.get_logger(__name__)


def log_in(username: str, password: str, client: Client) -> User:
    """The active user with this name and password.

    Raises LogInFailed (for every reason the same, after the same time), TooManyAttempts where
    `client` has to wait, Busy where too many log in at this moment. A hash of older parameters is
    replaced; sessions and tokens stay.
    """
    user = User.objects.filter(username=User.normalize_username(username)).first()
    attempt = throttle.describe_attempt(username, user, client)
    throttle.refuse_early(attempt)
    # Counting inside, so that a flood writes no faster than it is hashed.
    with QUEUE.turn(first=attempt.known):
        throttle.count(attempt)
        # Without a user one hash is computed as well.
        right, outdated = verify_password(password, user.password if user else "")
        if user is None or not right or not user.is_active:
            log.info("log_in_failed", user_id=user.pk if user else None, network=client.network)
            raise LogInFailed(Message("The user name or the password is wrong."))
        if outdated:
            _replace_hash(user, make_password(password))
    throttle.record_success(attempt)
    return user


def issue_token(
    username: str, password: str, client: Client, validity: datetime.timedelta = DEFAULT_VALIDITY
) -> tuple[ApiToken, str]:
    """Log in as in `log_in`; returns a new token, valid for so long, and its key."""
    user = log_in(username, password, client)
    delete_ended_tokens(user)
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    return create_token(user, validity)


def _replace_hash(user: User, encoded: str) -> None:
    """Not where the password has been changed since `user` was read. Keeps `log_in_key`."""
    User.objects.filter(pk=user.pk, password=user.password).update(password=encoded)
    user.password = encoded
