"""A folder into which people and scanners put files: what lies in it, whose it is, where it ends.

Files only; what becomes of a file's content is decided by `actions.take_in`.
"""

from documents.watched_folder.claims import Claimed as Claimed
from documents.watched_folder.folder import Look as Look
from documents.watched_folder.folder import WatchedFolder as WatchedFolder
