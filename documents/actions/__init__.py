"""Every change of state, one verb a module.

An action is the only way anything in the archive changes. It takes plain values (no requests, no
forms). What a person triggers takes that person as `actor` and checks their ability itself, through
`documents.access` (`access.SYSTEM`: a worker or a command acts). An action changes the database in
one short transaction without any file, network or process wait inside, commits a document's change
through `documents.events`, and announces after the commit what others may now have to do. Doors
call exactly one.

Rows are locked in one order everywhere: the document, then its pages.
"""
