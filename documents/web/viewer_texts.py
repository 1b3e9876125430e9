"""The texts of viewer.js, for every page that has one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from documents.web.texts import ScriptTexts


def viewer_texts() -> ScriptTexts:
    return {
        "viewer-tools": _("View"),
        "viewer-zoom-in": _("Larger"),
        "viewer-zoom-out": _("Smaller"),
        "viewer-fit-width": _("Fit the width"),
        "viewer-fit-page": _("Whole page"),
        "viewer-real-size": _("Every pixel (100 %)"),
        "viewer-turn": _("Turn the view"),
        "viewer-marks": _("Marks on the scan"),
        "viewer-region": _("Draw a region"),
    }
