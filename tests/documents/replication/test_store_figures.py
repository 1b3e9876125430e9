"""Figures are part of the archive: stored, mirrored, verified, restored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.bucket.errors import BucketUnreachable, NotMirroredYet
from documents.bucket.store import Bucket
from documents.exports.downloads import get_figure
from documents.files.figures import Figure, figure_key, name_of
from documents.files.keys import manifest_key
from documents.files.storage import archive
from documents.models import Document, Page, Reading, Team
from documents.replication import upload
from documents.replication.manifest import build_manifest, list_figures
from documents.replication.restore_all import restore_all
from documents.replication.sources import BucketSource, DirectorySource
from documents.replication.store_figures import store_figures
from documents.replication.sync import sync_document
from documents.replication.verify import VerifyReport, verify
from tests.documents.replication.conftest import empty_disk
from tests.factories import FIGURE, layout_with_figure, make_document, make_reading

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., Document]


def read_with_figure(document: Document, run: int, image: bytes = FIGURE) -> Reading:
    """The first page is read (again), with a picture on it."""
    layout = layout_with_figure(image)
    figures = store_figures(document.id, 1, layout, {name_of(1, image): image})
    page = document.pages.get(number=1)
    reading = make_reading(page, layout, run=run, figures=figures)
    Page.objects.filter(id=page.id).update(current_reading=reading)
    return reading


@pytest.fixture
def document(finished_document: Make) -> Document:
    """The same picture was cut out by two readings."""
    document = finished_document()
    for run in (2, 3):
        read_with_figure(document, run)
    Document.objects.update(run=3, version=document.version + 1, flags=["disputed"])
    sync_document(document.id)
    document.refresh_from_db()
    return document


@pytest.fixture
def key(document: Document) -> str:
    return figure_key(document.id, name_of(1, FIGURE))


def verified(source: Any = None) -> VerifyReport:
    source = source or DirectorySource(Path(archive().root))
    return verify(source, documents=Document.objects.all(), hashes=True)


def test_a_figure_lies_beside_the_results(document: Document, key: str) -> None:
    assert key == f"documents/{document.id}/figures/{name_of(1, FIGURE)}"
    assert archive().path(key).read_bytes() == FIGURE


def test_a_manifest_names_it_with_each_reading_and_reads_no_layout(document: Document) -> None:
    manifest = json.loads(archive().path(manifest_key(document.id)).read_bytes())

    readings = manifest["pages"][0]["readings"]
    assert [len(reading["figures"]) for reading in readings] == [0, 1, 1]
    assert [reading["flags"] for reading in readings] == [[], ["disputed"], ["disputed"]]
    assert list(list_figures(manifest)) == [Figure.from_image(1, FIGURE)]


def test_it_is_verified_and_no_orphan(document: Document, key: str) -> None:
    report = verified()
    assert report.is_sound
    assert report.files == 9
    assert report.orphaned == []

    archive().path(key).write_bytes(b"?" * len(FIGURE))
    assert key in verified().damaged[0]

    archive().path(key).unlink()
    assert verified().missing == [key]


def test_one_left_over_from_a_reading_that_was_not_recorded_is_no_orphan(
    document: Document,
) -> None:
    layout = layout_with_figure(b"another picture")
    store_figures(document.id, 1, layout, {name_of(1, b"another picture"): b"another picture"})
    stray = f"documents/{document.id}/figures/notes.txt"
    archive().write(stray, b"?")

    report = verified()

    assert report.is_sound
    assert report.orphaned == [stray]


def test_a_figure_is_restored_from_a_copy(document: Document, key: str, tmp_path: Path) -> None:
    before = build_manifest(document, "any")
    archive().root.rename(tmp_path / "copy")
    archive().root.mkdir()
    Document.objects.all().delete()
    Team.objects.all().delete()

    report = restore_all(DirectorySource(tmp_path / "copy"), with_files=True)

    assert report.problems == []
    assert archive().path(key).read_bytes() == FIGURE
    assert build_manifest(Document.objects.get(), "any") == before
    assert before["document"]["flags"] == ["disputed"]


def test_a_manifest_of_the_version_without_figures_is_restored(
    document: Document, tmp_path: Path
) -> None:
    path = archive().path(manifest_key(document.id))
    manifest = json.loads(path.read_bytes())
    del manifest["document"]["flags"]
    for reading in manifest["pages"][0]["readings"]:
        del reading["figures"], reading["flags"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    archive().root.rename(tmp_path / "copy")
    archive().root.mkdir()
    Document.objects.all().delete()

    restore_all(DirectorySource(tmp_path / "copy"), with_files=True)

    assert Document.objects.get().flags == []
    assert Reading.objects.filter(figures=[]).count() == Reading.objects.count()


def test_a_manifest_that_names_another_file_is_left_out(document: Document, tmp_path: Path) -> None:
    path = archive().path(manifest_key(document.id))
    name = name_of(1, FIGURE)
    path.write_text(path.read_text(encoding="utf-8").replace(name, "../manifest.json"))
    archive().root.rename(tmp_path / "copy")
    archive().root.mkdir()
    Document.objects.all().delete()

    report = restore_all(DirectorySource(tmp_path / "copy"), with_files=True)

    assert "impossible file" in report.problems[0]
    assert not Document.objects.exists()


@pytest.mark.s3
def test_it_is_mirrored_and_fetched_where_it_is_gone(
    mirrored: Bucket, document: Document, key: str
) -> None:
    assert mirrored.get_bytes(key, max_bytes=100) == FIGURE
    assert verified(BucketSource(mirrored)).is_sound
    assert verified(BucketSource(mirrored)).orphaned == []
    empty_disk()

    content = get_figure(document, name_of(1, FIGURE)).open()
    assert b"".join(content.read_range(0, content.size)) == FIGURE
    content.close()
    assert archive().path(key).is_file()


@pytest.mark.s3
def test_a_purge_leaves_none(mirrored: Bucket, document: Document, key: str) -> None:
    trash(document.id, actor=None)

    purge(document.id)

    assert not archive().path(key).exists()
    assert mirrored.head(key) is None


@pytest.mark.s3
def test_where_machines_share_the_database_it_is_in_the_bucket_before_its_reading_is_recorded(
    mirrored: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "may_share_database", lambda: True)
    document = make_document(pages=[None])
    name = name_of(1, FIGURE)

    store_figures(document.id, 1, layout_with_figure(), {name: FIGURE})

    assert mirrored.head(figure_key(document.id, name)) is not None

    def unreachable(*arguments: object) -> None:
        raise BucketUnreachable("It does not answer.")

    monkeypatch.setattr(upload, "upload_file", unreachable)
    with pytest.raises(BucketUnreachable):
        store_figures(document.id, 1, layout_with_figure(), {name: FIGURE})


@pytest.mark.s3
def test_a_figure_on_another_machine_is_waited_for_and_a_lost_one_is_not(
    mirrored: Bucket, finished_document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = finished_document()
    reading = document.pages.get(number=1).readings.get()
    reading.figures = [Figure.from_image(1, FIGURE).facts()]
    reading.save()
    Document.objects.update(version=document.version + 1)

    monkeypatch.setattr(upload, "may_share_database", lambda: True)
    with pytest.raises(NotMirroredYet):
        sync_document(document.id)
    monkeypatch.setattr(upload, "may_share_database", lambda: False)

    assert sync_document(document.id), "all else of the document is not lost with it"
    assert "figures" in verified(BucketSource(mirrored)).missing[0]


@pytest.mark.parametrize("images", [{}, {name_of(1, FIGURE): b"another"}])
def test_an_engine_that_does_not_bring_what_it_names_is_at_fault(images: dict[str, bytes]) -> None:
    document = make_document(pages=[None])

    with pytest.raises(ValueError, match="figure"):
        store_figures(document.id, 1, layout_with_figure(), images)

    assert not (archive().root / f"documents/{document.id}").exists()
