"""Messages as files hold them: RFC 5322 and MIME, Outlook's .msg, mailboxes (mbox), TNEF, S/MIME.

Pure, and for jailed children only: they open what strangers sent. Nothing is copied that is not
asked for; a message is looked at in place, as a memory map of its file.

| module | does |
|---|---|
| `charsets`, `headers` | what bytes mean: encodings in every spelling, RFC 2047 and 2231 |
| `mime` | the parts of a message and their decoded bytes |
| `smime` | what a signed message holds; whether one is encrypted |
| `outlook`, `rtf` | .msg files, and texts that they hold as RTF only |
| `tnef` | `winmail.dat` |
| `mbox` | where each message of a mailbox begins |
| `message` | one shape for all: head, bodies, pictures in them, attachments |
| `write` | an Outlook message that lies in another, as a file of its own |
"""
