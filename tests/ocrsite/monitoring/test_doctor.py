"""`manage.py doctor` finds what an administrator should fix, and nothing else."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from documents.bucket.settings import BucketSettings
from documents.messages import verbatim
from ocr_worker.rendering.jail import Layer, LayerReport, State
from ocrsite.monitoring import doctor
from ocrsite.monitoring.doctor import Finding, Severity

HOLDING = [LayerReport(layer, State.HOLDS) for layer in Layer]


def with_jail(monkeypatch: pytest.MonkeyPatch, *changes: LayerReport) -> list[Finding]:
    changed = {report.layer: report for report in changes}
    reports = tuple(changed.get(report.layer, report) for report in HOLDING)
    monkeypatch.setattr("ocr_worker.rendering.renderer.Renderer.start", lambda _: reports)
    return list(doctor.examine_jail())


def verdicts(findings: list[Finding]) -> dict[str, Severity]:
    return {finding.subject: finding.verdict for finding in findings}


def run(**options: Any) -> str:
    printed = io.StringIO()
    call_command("doctor", stdout=printed, no_color=True, **options)
    return printed.getvalue()


@pytest.mark.skipif(sys.platform != "linux", reason="the jail is Linux's")
def test_it_starts_a_child_and_names_every_layer() -> None:
    subjects = [finding.subject for finding in doctor.examine_jail()]
    assert subjects == [f"jail: {layer.value}" for layer in Layer]


def test_a_refused_layer_is_a_fault_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = LayerReport(Layer.FILE_VIEW, State.REFUSED, "Function not implemented")

    findings = with_jail(monkeypatch, refused)

    [finding] = [finding for finding in findings if finding.verdict is not Severity.SOUND]
    assert (finding.subject, finding.verdict) == ("jail: file_view", Severity.FAULT)
    assert "Function not implemented" in finding.text


def test_a_network_that_another_layer_keeps_away_needs_no_fixing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = LayerReport(Layer.EMPTY_NETWORK, State.REFUSED, "Operation not permitted")
    calls = LayerReport(Layer.SYSTEM_CALLS, State.REFUSED, "Invalid argument")

    with_calls = verdicts(with_jail(monkeypatch, network))
    without = verdicts(with_jail(monkeypatch, network, calls))

    assert with_calls["jail: empty_network"] is Severity.NOTE
    assert without["jail: empty_network"] is Severity.FAULT


def test_language_data_that_is_not_there_is_a_fault(settings: Any) -> None:
    settings.OCRSITE_LANGUAGES = "rus+tlh"
    settings.OCRSITE_ENGINE = "auto"
    [finding] = doctor.examine_tessdata()
    assert finding.verdict is Severity.FAULT
    assert "tlh" in finding.text


def test_a_bucket_that_is_half_configured_is_a_fault(settings: Any) -> None:
    settings.OCRSITE_BUCKET = None
    settings.OCRSITE_BUCKET_SETTINGS = BucketSettings(
        missing=("CLOUDRU_S3_BUCKET",), warnings=(verbatim("CLOUDRU_S3_BUCKET is not set."),)
    )
    [finding] = doctor.examine_bucket()
    assert finding == Finding("bucket", Severity.FAULT, "CLOUDRU_S3_BUCKET is not set.")


def test_a_disk_with_no_room_for_uploads_is_a_fault(settings: Any) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 1 << 60
    [finding] = doctor.examine_disk()
    assert finding.verdict is Severity.FAULT


def test_a_queue_that_does_not_answer_is_a_fault(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path / 'nobody.sock'}"
    [finding] = doctor.examine_queue()
    assert finding.verdict is Severity.FAULT


def test_a_site_that_is_not_running_is_no_fault(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL, settings.DATA_DIR = None, tmp_path
    [finding] = doctor.examine_queue()
    assert finding.verdict is Severity.NOTE


@pytest.mark.django_db
def test_a_migrated_database_is_sound() -> None:
    [finding] = doctor.examine_database()
    assert finding.verdict in (Severity.SOUND, Severity.NOTE)
    assert "does not answer" not in finding.text


def test_the_command_exits_with_1_only_for_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [
        Finding("disk", Severity.SOUND, "9 MB are free"),
        Finding("queue", Severity.NOTE, ""),
    ]
    monkeypatch.setattr("ocrsite.management.commands.doctor.examine", lambda: iter(findings))
    assert "ok   disk: 9 MB are free" in run()

    findings.append(Finding("bucket", Severity.FAULT, "its name is wrong"))
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 1
