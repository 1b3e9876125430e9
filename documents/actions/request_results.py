"""Have a document's result files assembled again, because what they show has changed."""

from __future__ import annotations

from documents.models import Document, Status, Task
from documents.signals import announce, tasks_waiting


def request_results(document: Document) -> None:
    """Give the document, which its caller has locked and saves, the task to assemble its results.

    While it is being read nothing is requested: its results are assembled when that ends.
    """
    document.content_version += 1
    if not document.is_unfinished and document.page_count:
        document.set_task(Task.FINISH)
        announce(tasks_waiting)


def mark_results_outdated(document: Document) -> None:
    """As `request_results`, but only where there are results.

    Where the first ones are being assembled, the content version makes `finish` repeat it.
    """
    if document.has_results:
        request_results(document)
    else:
        document.content_version += 1


def request_first_results(document: Document) -> None:
    """Give a document that is being read the task to assemble its results, once no page waits.

    Where its file is still to be opened, that is done first: it ends with this.
    """
    if document.status != Status.PROCESSING or document.task == Task.PREPARE:
        return
    if not document.pages.unfinished().exists():
        document.set_task(Task.FINISH)
        announce(tasks_waiting)
