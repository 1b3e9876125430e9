"""What can be wrong with the places that documents come from by themselves."""

from __future__ import annotations

from documents.errors.base import ArchiveError
from documents.messages import gettext_noop


class SourceError(ArchiveError):
    """A source can't be used at the moment, or one thing of it could not be taken."""

    code = "source-failed"
    permanent = False
    title = gettext_noop("The source can’t be used.")
    next_step = "Look at the source's page; it is tried again by itself."


class MailServerUnreachable(SourceError):
    """The mail server takes no connection, or its name is not known."""

    code = "mail-server-unreachable"
    title = gettext_noop("The mail server can’t be reached.")
    next_step = "Check the host and the port; it is tried again by itself."


class MailServerTimeout(SourceError):
    """The mail server did not answer in time."""

    code = "mail-server-timeout"
    title = gettext_noop("The mail server did not answer in time.")
    next_step = "Nothing, unless it stays so: it is tried again by itself."


class MailServerClosed(SourceError):
    """The mail server broke the connection off, or answered what can't be understood."""

    code = "mail-server-closed"
    title = gettext_noop("The mail server broke the connection off.")
    next_step = "Nothing, unless it stays so: it goes on where it was by itself."


class MailServerRefused(SourceError):
    """The mail server refused a command: to mark or move a message, say."""

    code = "mail-server-refused"
    title = gettext_noop("The mail server refused a command.")
    next_step = "Give the account the rights it needs, or choose to leave messages where they are."


class MailCertificateRefused(SourceError):
    """The certificate of the mail server is not one for its host, or of nobody who is trusted."""

    code = "mail-certificate-refused"
    permanent = True
    title = gettext_noop("The mail server’s certificate is not accepted.")
    next_step = "Name the host as the certificate does; give the certificate of your own authority."


class MailLoginRefused(SourceError):
    """The mail server refused the user or the password."""

    code = "mail-login-refused"
    permanent = True
    title = gettext_noop("The mail server refused the log-in.")
    next_step = "Enter user and password again; many providers want a password for programs."


class MailFolderMissing(SourceError):
    """There is no such folder in the mailbox, or it may not be opened."""

    code = "mail-folder-missing"
    permanent = True
    title = gettext_noop("The mailbox has no such folder.")
    next_step = "Name the folders as the mail server does, such as INBOX/Invoices."


class PasswordUnreadable(SourceError):
    """The kept password was encrypted with another secret key of the site."""

    code = "password-unreadable"
    permanent = True
    title = gettext_noop("The kept password can’t be read any more.")
    next_step = "Enter the password again; give all machines the same OCRSITE_SECRET_KEY."


class SourceItemGone(SourceError):
    """What was to be taken is not there any more."""

    code = "source-item-gone"
    permanent = True
    title = gettext_noop("It is not there any more.")
    next_step = "Nothing, or put it there again."


class IntakeFailed(SourceError):
    """It could not be taken in after several tries, and nobody knows why."""

    code = "intake-failed"
    permanent = True
    title = gettext_noop("It could not be taken in.")
    next_step = "Look into the server's log, then try it again."


class FolderUnusable(SourceError):
    """The watched folder can't be read or written."""

    code = "folder-unusable"
    title = gettext_noop("The folder can’t be used.")
    next_step = "Let the site's user read, rename and delete in it, or set OCRSITE_INBOX."
