"""Who asks, and what they may do here."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import sees_everything
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.accounts import Me
from documents.api.teams import team_data, teams_with_roles
from documents.api.tokens import token_data
from documents.api.views import ApiView
from documents.models import ApiToken

#: Teams that are named here; a superuser may have more, and finds them in the list of teams.
MOST_TEAMS = 200


class MeView(ApiView):
    """With any token: what it may do is among the answers."""

    scopes = {"get": None}

    @describe("Who asks, and with which rights", {200: Me})
    def get(self, request: Request) -> Response:
        user = self.user
        token = request.auth if isinstance(request.auth, ApiToken) else None
        return Response(
            {
                "username": user.username,
                "name": user.display_name,
                "is_administrator": sees_everything(user),
                "teams": [
                    team_data(team) for team in teams_with_roles(user).order_by("name")[:MOST_TEAMS]
                ],
                "token": token_data(token, token) if token else None,
            }
        )
