"""The address of the Model Context Protocol (streamable HTTP, without sessions and streams)."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from documents.api.problems import RequestTooLarge
from documents.api.views import FileView
from documents.models import TokenScope

#: Bytes of a request: a model asks for little.
LONGEST_REQUEST = 64 * 1024


class McpView(FileView):
    """POST alone: nobody is called back, so there is no stream to listen to and nothing to end."""

    scopes = {"post": TokenScope.READ}
    parser_classes = ()
    #: Not in the OpenAPI description: the protocol describes itself (`tools/list`).
    schema = None

    def post(self, request: Request) -> HttpResponseBase:
        # Loads the library, which a site whose archive no model asks can do without.
        from documents.api.mcp.exchange import exchange

        body = request.body
        if len(body) > LONGEST_REQUEST:
            raise RequestTooLarge
        address = request.build_absolute_uri
        answer = exchange(body, request.headers, user=self.user, address=address)
        return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
