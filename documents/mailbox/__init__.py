"""A mailbox on another server (IMAP over TLS): what lies in it, and what becomes of it there.

| module | what |
|---|---|
| `client` | the connection: its certificate, its limits of time and memory |
| `connect` | connecting, and why it failed |
| `mailbox` | folders and messages, and every failure as an error that people can act on |
| `headers` | what the head of a message says: its Message-ID, sender and subject |
| `rules` | whose a message is, by its sender, subject and folder |
| `sealed` | a password that only this site can read |
"""

from documents.mailbox.connect import MailAccount as MailAccount
from documents.mailbox.mailbox import Mailbox as Mailbox
from documents.mailbox.mailbox import MessageFacts as MessageFacts
from documents.mailbox.mailbox import open_mailbox as open_mailbox
