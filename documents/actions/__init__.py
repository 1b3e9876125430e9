"""Every change of state, one verb a module.

An action is the only way anything in the archive changes. It takes plain values (no requests, no
forms), has been allowed by its caller through `documents.access`, changes the database in one
short transaction without any file, network or process wait inside, writes the event, and
announces after the commit what others may now have to do. Doors call exactly one.

Rows are locked in one order everywhere: the document, then its pages.
"""
