"""The people's pages: the archive in the browser, for everybody with a log-in.

One module a page, each with its `urlpatterns`; `shell` is what surrounds them.
"""
