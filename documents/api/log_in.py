"""Log in: exchange a user name and a password for a token."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.fields import StrictSerializer
from documents.api.views import ApiView
from documents.text.timestamps import iso_time


class Credentials(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)


class TokenView(ApiView):
    """POST a user name and a password to get a token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"

    def post(self, request: Request) -> Response:
        credentials = Credentials(data=request.data)
        credentials.is_valid(raise_exception=True)
        http_request = request._request
        user = authenticate(http_request, **credentials.validated_data)
        if getattr(http_request, "axes_locked_out", False):
            # Answered here with a problem document; the middleware would send an HTML page.
            http_request.axes_locked_out = False  # type: ignore[attr-defined]
            raise Throttled(
                wait=settings.AXES_COOLOFF_TIME.total_seconds(),
                detail=_("Too many wrong passwords for this name; it is locked for a while."),
            )
        if user is None:
            raise AuthenticationFailed(_("The user name or the password is wrong."))
        AuthToken.objects.filter(user=user, expiry__lt=timezone.now()).delete()
        stored, token = AuthToken.objects.create(user=user)
        user_logged_in.send(sender=type(user), request=http_request, user=user)
        return Response({"token": token, "expires_at": iso_time(stored.expiry)})
