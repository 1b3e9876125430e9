"""The archive in Django's admin: what is registered there. Each module beside this is one concern.

A view here is reached by logged-in staff only. What they may do follows from their teams: nobody
ticks Django's permissions one by one.
"""

from __future__ import annotations

import knox.admin  # so that its page is registered by now
from django.contrib import admin
from django.contrib.auth.models import Group

from documents.admin.documents import DocumentAdmin
from documents.admin.tags import TagAdmin
from documents.admin.teams import TeamAdmin
from documents.admin.users import UserAdmin
from documents.models import Document, Tag, Team, User

admin.site.site_header = "ocrsite"
admin.site.site_title = "ocrsite"
admin.site.site_url = None
admin.site.enable_nav_sidebar = False

# Teams and roles decide here; Django's groups would promise what they do not keep.
admin.site.unregister(Group)
# knox's page of tokens speaks English only, and knows no teams.
admin.site.unregister(knox.models.AuthToken)

admin.site.register(Document, DocumentAdmin)
admin.site.register(Tag, TagAdmin)
admin.site.register(Team, TeamAdmin)
admin.site.register(User, UserAdmin)
