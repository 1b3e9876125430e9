"""The secret in an invitation's link: it proves that its holder was invited, once, for three days.

Nothing is stored for it. It is signed with the secret key, over the user's password, which is
unusable until the invitation is accepted: so it ends with its use, or when a new one is made.
"""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from documents.models import User


class _InvitationKeys(PasswordResetTokenGenerator):
    key_salt = "documents.actions.invitation_key"


_keys = _InvitationKeys()


def make_invitation_key(user: User) -> str:
    """Valid until `user` has a password, at most for PASSWORD_RESET_TIMEOUT seconds."""
    return f"{user.pk}.{_keys.make_token(user)}"


def find_invited(key: str) -> User | None:
    """The user that `key` invites; None where it is forged, used, replaced or too old."""
    number, _, token = key.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    user = User.objects.filter(pk=int(number), is_active=True).first()
    if user is None or user.has_usable_password() or not _keys.check_token(user, token):
        return None
    return user
