"""LibreOffice's settings for files that nobody trusts: its user profile, rewritten each time.

Names and values as in LibreOffice's schemas (officecfg/registry/schema).
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr  # nosec B406 # writes XML, parses none

from .office_jail import SOCKETS

#: Path below org.openoffice, name, value.
_SETTINGS: tuple[tuple[str, str, str], ...] = (
    # No program in a document runs, whoever signed it.
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    # Nothing is fetched from where a document points to. The jail would refuse it; this way no
    # time is lost with it.
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Calc/Content/Update", "Link", "1"),
    # A4 where a file names no paper.
    ("Setup/L10N", "ooSetupSystemLocale", "ru-RU"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Common/Save/Document", "AutoSave", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Office.Recovery/RecoveryInfo", "SessionData", "false"),
    ("Office.Common/VCL", "UseOpenGL", "false"),
    ("Office.Common/Misc", "UseOpenCL", "false"),
)

#: Runs of LibreOffice that one file may take: one for the profile, two for a spreadsheet, one more.
RUNS = 4


def profile_path(own: Path, run: int) -> Path:
    """The profile of a run (from 0) in the directory `own`.

    Each has its own: by the profile's name LibreOffice tells whether it runs already, from a socket
    that it may not remove in the jail.
    """
    return own / f"profile-{run}"


def copy_profile(own: Path) -> None:
    """Give every later run what the first one has made. Raises OSError."""
    for run in range(1, RUNS):
        shutil.copytree(profile_path(own, 0), profile_path(own, run))


def remove_sockets(own: Path) -> None:
    """Remove what runs with the profiles of `own` have left in the directories for such things.

    Their names: sal/osl/unx/pipe.cxx, desktop/source/app/officeipcthread.cxx.
    """
    for run in range(RUNS):
        url = profile_path(own, run).as_uri()
        digest = hashlib.md5(url.encode("utf-16-le"), usedforsecurity=False).digest()
        name = "OSL_PIPE_*SingleOfficeIPC_" + "".join(f"{byte:x}" for byte in digest)
        for directory in SOCKETS:
            for path in Path(directory).glob(name):
                with contextlib.suppress(OSError):
                    path.unlink()


def write_profile(own: Path) -> None:
    """Make the profile of the first run in the directory `own`. Raises OSError."""
    user = profile_path(own, 0) / "user"
    user.mkdir(parents=True)
    items = "".join(
        f"<item oor:path={quoteattr('/org.openoffice.' + path)}>"
        f'<prop oor:name={quoteattr(name)} oor:op="fuse"><value>{escape(value)}</value></prop>'
        "</item>"
        for path, name, value in _SETTINGS
    )
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )
