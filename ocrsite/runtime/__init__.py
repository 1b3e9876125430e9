"""How the site is started and kept alive. Nothing here but `bootstrap` needs Django."""

#: Requests the web process works on at once. An upload holds its thread for as long as the client
#: takes to send it, a download for as long as it takes to read it, so there are many; an idle one
#: costs nothing.
WEB_THREADS = 48
#: How many of them may wait for a client at once. Half may wait for bodies: of uploads, and, so
#: that one can still log in while all of those stall, of short ones. A third may wait for clients
#: that read. Of what is left over a few may wait for a page's picture
#: (documents/exports/page_images.py); the rest waits for nobody: it answers `/health`
#: and what has no body.
UPLOAD_THREADS = 12
SHORT_BODY_THREADS = 12
DOWNLOAD_THREADS = 14
