"""Where Django's secret key comes from, and that it comes only when it can."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.core import signing
from django.test import override_settings

from documents.models import ArchiveIdentity
from documents.models.identity import identity
from ocrsite import secret_key as keys
from ocrsite.environment.parse import parse_variables
from ocrsite.runtime.start_state import ProcessRole, Start
from ocrsite.secret_key import (
    DerivedKey,
    choose_secret_key,
    derive_key,
    hkdf,
    read_or_create_secret,
)
from tests.ocrsite.running_site import ROOT

BUCKET = {
    "CLOUDRU_S3_ENDPOINT": "https://s3.example",
    "CLOUDRU_S3_BUCKET": "archive",
    "CLOUDRU_S3_ACCESS_KEY": "tenant:key",
    "CLOUDRU_S3_SECRET_KEY": "the-secret-of-the-bucket",
}


def test_it_is_hkdf_of_rfc_5869() -> None:
    # Its first test case (appendix A.1).
    found = hkdf(
        bytes.fromhex("0b" * 22),
        bytes.fromhex("000102030405060708090a0b0c"),
        bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        42,
    )

    assert found.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_it_differs_for_another_salt_and_another_secret_and_shows_neither() -> None:
    key = derive_key("secret", "salt")

    assert derive_key("secret", "salt") == key
    assert len({key, derive_key("secret", "other salt"), derive_key("other secret", "salt")}) == 3
    assert len(key) >= 50
    assert "secret" not in key


def test_without_a_bucket_it_is_kept_in_the_data_directory(tmp_path: Path) -> None:
    environment = parse_variables({"OCRSITE_DATA_DIR": str(tmp_path)})

    assert choose_secret_key(environment) == choose_secret_key(environment)
    assert (tmp_path / "secrets" / "secret_key").read_text() == choose_secret_key(environment)


def test_a_given_one_wins(tmp_path: Path) -> None:
    given = {"OCRSITE_DATA_DIR": str(tmp_path), "OCRSITE_SECRET_KEY": "given", **BUCKET}

    assert choose_secret_key(parse_variables(given)) == "given"


@pytest.mark.django_db
def test_with_a_bucket_it_comes_from_both_and_is_kept_nowhere(tmp_path: Path) -> None:
    key = choose_secret_key(parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), **BUCKET}))

    assert str(key) == derive_key(BUCKET["CLOUDRU_S3_SECRET_KEY"], identity().secret_salt)
    assert list(tmp_path.iterdir()) == []
    assert str(key) not in repr(key)


@pytest.mark.django_db
def test_a_restored_database_brings_the_key_and_another_archive_has_another(
    tmp_path: Path,
) -> None:
    environment = parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), **BUCKET})
    before = str(choose_secret_key(environment))
    row = identity()

    ArchiveIdentity.objects.all().delete()
    other = str(choose_secret_key(environment))
    ArchiveIdentity.objects.all().delete()
    row.save(force_insert=True)
    after = str(choose_secret_key(environment))

    assert before == after
    assert other != before


def test_before_the_start_is_over_nothing_is_asked_and_nothing_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A test without a database: to ask it would fail.
    monkeypatch.setattr(
        "ocrsite.runtime.start_state.read_current_start", lambda: Start(ProcessRole.ALL)
    )
    key = choose_secret_key(parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), **BUCKET}))
    assert isinstance(key, DerivedKey)
    makeshift = str(key)

    monkeypatch.setattr(
        "ocrsite.runtime.start_state.read_current_start", lambda: Start(ProcessRole.ALL, ready=True)
    )
    monkeypatch.setattr(keys, "_derive_from_database", lambda secret: "found now")

    assert str(key) == "found now" != makeshift


def test_django_takes_it_where_it_takes_text() -> None:
    asked = []
    key = DerivedKey(lambda: asked.append(1) or "the key, found late")  # type: ignore[func-returns-value]

    with override_settings(SECRET_KEY=key):
        late = signing.dumps({"user": 1})
        assert signing.loads(late) == {"user": 1}
    with override_settings(SECRET_KEY="the key, found late"):
        assert signing.loads(late) == {"user": 1}

    assert asked == [1], "it is found out once"


# --- the stored key ---------------------------------------------------------------------------


def test_a_secret_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "secret_key"

    first, second = read_or_create_secret(path), read_or_create_secret(path)

    assert first == second
    assert len(first) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"], "no drafts are left"


def test_processes_that_make_a_secret_at_once_agree_on_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from ocrsite.secret_key import read_or_create_secret;"
        "print(read_or_create_secret(Path(sys.argv[1])))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "key")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for _ in range(6)
    ]

    found = {process.communicate(timeout=30)[0] for process in processes}

    assert len(found) == 1
