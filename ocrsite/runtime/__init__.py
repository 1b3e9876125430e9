"""How the site is started and kept alive. Only `bootstrap`, `first_start` and `restore_database`
need Django."""

#: Requests the web process handles at the same time. An upload occupies its thread for as long as
#: the client takes to send it, a download for as long as the client takes to read it, so there are
#: many; an idle thread costs nothing.
WEB_THREADS = 48
#: How many of them may wait for a client at the same time. Half may wait for bodies: of uploads,
#: and, so that logging in works while all of those stall, of short requests. A third may wait for
#: clients that read. A few of the rest may wait for a page image
#: (documents/exports/page_images.py); the others never wait for a client: they answer `/health`
#: and requests without a body.
UPLOAD_THREADS = 12
SHORT_BODY_THREADS = 12
DOWNLOAD_THREADS = 14
