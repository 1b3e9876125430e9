"""The archive in Django's admin: the models registered there.

Only logged-in staff reach a view here. What they may do follows from their roles in teams, not from
Django's permissions.
"""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from documents.admin.documents import DocumentAdmin
from documents.admin.site_state import SiteStateAdmin
from documents.admin.tags import TagAdmin
from documents.admin.teams import TeamAdmin
from documents.admin.tokens import TokenAdmin
from documents.admin.users import UserAdmin
from documents.models import ApiToken, Document, Tag, Team, User, WorkerProcess

admin.site.site_header = "ocrsite"
admin.site.site_title = "ocrsite"
admin.site.site_url = None
admin.site.enable_nav_sidebar = False

# Teams and roles decide here; Django's groups would have no effect.
admin.site.unregister(Group)

admin.site.register(Document, DocumentAdmin)
admin.site.register(Tag, TagAdmin)
admin.site.register(Team, TeamAdmin)
admin.site.register(User, UserAdmin)
admin.site.register(ApiToken, TokenAdmin)
admin.site.register(WorkerProcess, SiteStateAdmin)
