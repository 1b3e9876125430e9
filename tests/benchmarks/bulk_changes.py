"""How long does a change of ten thousand documents take?

    python -m tests.benchmarks.bulk_changes [--documents N] [--seconds N]

Plants documents of one page in an archive of this process and asks for jobs of changes as the API
does: tag all that match a filter, approve them, read them again. What a background worker does is
done here until the job ends, or for `--seconds`. Printed: documents a second by the clock, the
processor time of one in ms, and queries. Nothing else writes meanwhile.
"""

from __future__ import annotations

import time

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from documents.actions.begin_change import begin_change  # noqa: E402
from documents.actions.run_change import run_change_slice  # noqa: E402
from documents.models import ChangeJob, Document, Page, PageStatus, Status, User  # noqa: E402
from documents.replication.after_commit import leave_sync_to_background  # noqa: E402
from tests.benchmarks.product import options, print_head, print_load, print_row  # noqa: E402
from tests.factories import make_team, make_user  # noqa: E402

CHANGES = (
    {"action": "tag", "add": ["letters"]},
    {"action": "approve"},
    {"action": "reprocess"},
)


def plant(count: int) -> User:
    """That many documents, and one who may change them."""
    team = make_team("Office")
    rows = [
        Document(
            team=team, title=f"Letter {number}", filename="letter.pdf", sha256=f"{number:064x}",
            size=100_000, mime_type="application/pdf", status=Status.READY, page_count=1,
            pages_done=1, results_version=1, content_version=1, manifest_version=1,
        )
        for number in range(count)
    ]  # fmt: skip
    Document.objects.bulk_create(rows, batch_size=500)
    Page.objects.bulk_create(
        (Page(document=row, number=1, status=PageStatus.DONE) for row in rows), batch_size=500
    )
    return make_user("person", team=team)


def run(job: ChangeJob, seconds: float) -> None:
    until, asked = time.monotonic() + seconds, 0

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal asked
        asked += 1
        return execute(sql, params, many, context)

    begun, spent = time.monotonic(), time.process_time()
    with leave_sync_to_background(), connection.execute_wrapper(count):
        while time.monotonic() < until and run_change_slice():
            pass
    took, spent = time.monotonic() - begun, time.process_time() - spent
    job.refresh_from_db()
    done = max(job.done, 1)
    print_row(
        job.change["action"], f"{job.done} ({job.refused} refused)", f"{took:.0f}",
        f"{job.done / took:.0f}", f"{1000 * spent / done:.1f}", f"{asked / done:.1f}",
    )  # fmt: skip


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=600)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    person = plant(asked.documents)
    print_load()
    print_head("change", "documents", "s", "documents/s", "processor time, ms", "queries")
    for change in CHANGES:
        ids = list(Document.objects.values_list("id", flat=True))
        run(begin_change(ids, change, actor=person), asked.seconds)
    print_load()


if __name__ == "__main__":
    try:
        main()
    finally:
        PREPARED.clean_up()
