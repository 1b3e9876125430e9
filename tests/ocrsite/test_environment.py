"""The environment is checked before anything is started, and says plainly what is wrong."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from documents.bucket import settings
from documents.bucket.settings import BucketSettings
from ocrsite.environment.library_paths import find_library_paths
from ocrsite.environment.parse import ConfigurationError, parse_variables
from ocrsite.environment.service_urls import DATABASE_TIMEOUTS


def test_nothing_needs_to_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocrsite.environment.parse.BASE_DIR", tmp_path)

    found = parse_variables({})

    assert (found.port, found.engine, found.languages, found.workers) == (
        8081,
        "auto",
        "rus+eng",
        None,
    )
    assert found.data_dir == tmp_path / "data"
    assert found.data_dir_warning is None
    assert found.database is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("OCRSITE_WORKERS", "0"),
        ("OCRSITE_WORKERS", "two"),
        ("OCRSITE_WEB_PROCESSES", "0"),
        ("OCRSITE_WEB_PROCESSES", "17"),
        ("OCRSITE_MAX_UPLOAD_MB", "-1"),
        ("OCRSITE_RATE_LIMIT", "-1"),
        ("OCRSITE_ENGINE", "abbyy"),
        ("OCRSITE_LANGUAGES", "rus,eng"),
        ("OCRSITE_ALLOWED_HOSTS", "https://archive.example/"),
        ("DATABASE_URL", "mysql://localhost/archive"),
        ("DATABASE_URL", "postgresql://localhost:port/archive"),
        ("REDIS_URL", "localhost"),
    ],
)
def test_a_value_that_makes_no_sense_is_one_sentence_that_names_the_variable(
    name: str, value: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), name: value})

    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert message.endswith(".")


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), "PORT": ""}).port == 8081


def test_a_password_in_a_wrong_url_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_variables(
            {"OCRSITE_DATA_DIR": str(tmp_path), "DATABASE_URL": "pg://me:hunter2@db/archive"}
        )

    assert "hunter2" not in str(caught.value)


def test_a_database_url_names_server_user_and_options(tmp_path: Path) -> None:
    url = "postgresql://me:p%40ss@db.example:6432/archive?sslmode=require"

    database = parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), "DATABASE_URL": url}).database

    assert database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "archive",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {**DATABASE_TIMEOUTS, "sslmode": "require"},
    }


def test_a_database_server_that_vanishes_is_given_up_in_seconds(tmp_path: Path) -> None:
    url = "postgresql://me@db.example/archive"

    database = parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), "DATABASE_URL": url}).database

    assert database is not None
    patience = database["OPTIONS"]
    assert patience["connect_timeout"] == 5
    assert patience["tcp_user_timeout"] == 10_000, "milliseconds"
    assert patience["keepalives"] == 1
    assert patience["keepalives_idle"] <= 10


def test_libpq_knows_each_of_these_limits() -> None:
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}

    assert set(DATABASE_TIMEOUTS) <= known


def test_what_the_database_url_says_of_its_limits_wins(tmp_path: Path) -> None:
    url = "postgresql://me@db.example/archive?connect_timeout=60&keepalives=0"

    database = parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), "DATABASE_URL": url}).database

    assert database is not None
    assert database["OPTIONS"]["connect_timeout"] == "60"
    assert database["OPTIONS"]["keepalives"] == "0"
    assert database["OPTIONS"]["tcp_user_timeout"] == 10_000


def test_a_database_url_may_name_a_unix_socket(tmp_path: Path) -> None:
    url = "postgresql://me@/archive?host=/run/postgresql"

    database = parse_variables({"OCRSITE_DATA_DIR": str(tmp_path), "DATABASE_URL": url}).database

    assert database is not None
    assert database["HOST"] == "/run/postgresql"


def test_a_given_data_directory_that_can_not_be_written_stops_the_start(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")

    with pytest.raises(ConfigurationError, match="OCRSITE_DATA_DIR"):
        parse_variables({"OCRSITE_DATA_DIR": str(blocked)})


def test_the_default_that_can_not_be_written_gives_way_to_a_private_temporary_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_text("not a directory")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr("ocrsite.environment.parse.BASE_DIR", tmp_path)

    first, second = parse_variables({}), parse_variables({})

    assert first.data_dir.parent == tmp_path / "tmp"
    assert first.data_dir.stat().st_mode & 0o077 == 0
    assert str(first.data_dir) in (first.data_dir_warning or "")
    assert second.data_dir == first.data_dir, "the next start finds what this one kept"


@pytest.fixture
def closed_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A default data directory in which nothing can be written, not even by root."""
    default = tmp_path / "data"
    really: Any = tempfile.TemporaryFile
    default.mkdir()
    (tmp_path / "tmp").mkdir()

    def denied(*, dir: Path) -> Any:  # noqa: A002
        if dir == default:
            raise PermissionError(errno.EACCES, "Permission denied")
        return really(dir=dir)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.TemporaryFile", denied)
    monkeypatch.setattr("ocrsite.environment.parse.BASE_DIR", tmp_path)
    return default


@pytest.mark.parametrize("name", ["db.sqlite3", "media"])
def test_the_default_that_holds_an_archive_never_gives_way_to_an_empty_one(
    closed_default: Path, name: str
) -> None:
    (closed_default / name).mkdir()

    with pytest.raises(ConfigurationError) as caught:
        parse_variables({})

    said = str(caught.value)
    assert str(closed_default) in said
    assert "permission denied" in said
    assert "OCRSITE_DATA_DIR" in said, "what to do"
    assert list((closed_default.parent / "tmp").iterdir()) == []


def test_the_default_that_nobody_may_look_into_may_hold_one(
    closed_default: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> list[str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("os.listdir", closed)

    with pytest.raises(ConfigurationError, match="may hold an archive"):
        parse_variables({})


def test_the_default_that_can_not_be_written_and_holds_none_gives_way(closed_default: Path) -> None:
    (closed_default / "lost+found").mkdir()

    assert parse_variables({}).data_dir.parent == closed_default.parent / "tmp"


@pytest.mark.parametrize(("text", "found"), [("/tessdata", Path("/tessdata")), (" ", None)])
def test_the_place_of_tesseracts_data_may_be_given(text: str, found: Path | None) -> None:
    assert find_library_paths({"TESSDATA_PREFIX": text}).tessdata_dir == found


# --- the bucket ---------------------------------------------------------------------------------

S3 = {
    "CLOUDRU_S3_ENDPOINT": "https://s3.cloud.ru",
    "CLOUDRU_S3_BUCKET": "archive",
    "CLOUDRU_S3_ACCESS_KEY": "tenant:key",
    "CLOUDRU_S3_SECRET_KEY": "secret",
}


def test_without_the_four_variables_there_is_no_bucket_and_no_word_about_it() -> None:
    found = settings.read_bucket_settings({"AWS_ACCESS_KEY_ID": "x", "S3_BUCKET": "y"})

    assert found == BucketSettings()


def test_all_four_are_a_bucket() -> None:
    found = settings.read_bucket_settings(S3)

    assert found.bucket is not None and found.bucket.endpoint == "https://s3.cloud.ru"
    assert (found.missing, found.warnings) == ((), ())
    assert "secret" not in repr(found).replace("secret_key", "")


@pytest.mark.parametrize("name", S3)
def test_one_that_is_missing_is_named(name: str) -> None:
    found = settings.read_bucket_settings({**S3, name: " "})

    assert (found.bucket, found.missing) == (None, (name,))
    assert name in " ".join(found.warnings)


def test_a_key_without_its_tenant_is_used_with_a_warning() -> None:
    found = settings.read_bucket_settings({**S3, "CLOUDRU_S3_ACCESS_KEY": "key"})

    assert found.bucket is not None
    assert "tenant_id:key_id" in " ".join(found.warnings)


@pytest.mark.parametrize(
    "given", ["s3.cloud.ru", "https://s3.cloud.ru/", "https://s3.cloud.ru/archive/"]
)
def test_an_endpoint_is_the_server_however_it_was_copied(given: str) -> None:
    found = settings.read_bucket_settings({**S3, "CLOUDRU_S3_ENDPOINT": given})

    assert found.bucket is not None and found.bucket.endpoint == "https://s3.cloud.ru"
    assert found.warnings == ()


def test_an_endpoint_with_another_path_is_used_with_a_warning() -> None:
    found = settings.read_bucket_settings(
        {**S3, "CLOUDRU_S3_ENDPOINT": "https://s3.cloud.ru/other"}
    )

    assert "/other" in " ".join(found.warnings)
