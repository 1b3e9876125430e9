"""Messages of Django's admin that our catalogues reword.

Django's Russian puts a model's name into the middle of a sentence, where it would have to be
declined ("Добавить метка", "Добавить еще один участие"). Our catalogues take precedence, and their
wording fits a name as it is: "Добавить: метка". The messages are listed here so that makemessages
finds them.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

gettext_noop("Add %s")
gettext_noop("Change %s")
gettext_noop("View %s")
gettext_noop("Add %(name)s")
gettext_noop("Add another %(verbose_name)s")
gettext_noop("The {name} “{obj}” was added successfully.")
gettext_noop("The {name} “{obj}” was added successfully. You may edit it again below.")
gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below.")
gettext_noop("The {name} “{obj}” was changed successfully.")
gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below.")
gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below.")
gettext_noop("The %(name)s “%(obj)s” was deleted successfully.")
gettext_noop(
    'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? '
    "All of the following related items will be deleted:"
)
