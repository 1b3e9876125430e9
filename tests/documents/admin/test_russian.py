"""Whoever reads Russian is spoken to in Russian, and in sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from documents.admin import bulk
from documents.exports import zip_documents
from documents.models import Role, Tag, Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_ocr_worker, make_team, make_user

pytestmark = pytest.mark.any_database

Url = Callable[..., str]


def in_russian(user: User) -> Client:
    client = browser_of(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


@pytest.fixture
def root(team: Team) -> Client:
    return in_russian(make_user("root", is_staff=True, is_superuser=True))


@pytest.fixture
def russian(reviewer: User) -> Client:
    return in_russian(reviewer)


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("document", "Документы"),
        ("tag", "Метки"),
        ("team", "Команды"),
        ("user", "Пользователи"),
    ],
)
def test_a_list_is_headed_by_what_is_in_it(root: Client, model: str, title: str) -> None:
    page = root.get(reverse(f"admin:documents_{model}_changelist")).content.decode()

    assert f"<h1>{title}</h1>" in page
    assert "Выберите" not in page.partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("admin:documents_tag_add", "<h1>Добавить: метка</h1>"),
        ("admin:documents_tag_changelist", "Добавить: метка"),
    ],
)
def test_no_noun_stands_undeclined_in_a_sentence(root: Client, address: str, said: str) -> None:
    page = root.get(reverse(address)).content.decode()

    assert said in page
    assert "Добавить метка" not in page


def test_one_more_member_or_team_is_asked_for_in_a_sentence(root: Client) -> None:
    user = make_user()
    for address, said in (
        (reverse("admin:documents_team_add"), "Добавить ещё: Участник"),
        (reverse("admin:documents_user_change", args=[user.pk]), "Добавить ещё: Команда"),
    ):
        assert_adds(root.get(address).content.decode(), said)


def assert_adds(page: str, said: str) -> None:
    data = page.partition('data-inline-formset="')[2].partition('"')[0]
    assert json.loads(unescape(data))["options"]["addText"] == said


def test_a_tag_is_renamed_and_deleted_in_sentences(russian: Client, team: Team) -> None:
    make_document(team, tags=["скан"])
    tag = Tag.objects.get()

    renamed = russian.post(
        reverse("admin:documents_tag_change", args=[tag.id]), {"name": "сканы"}, follow=True
    ).content.decode()
    page = russian.get(reverse("admin:documents_tag_delete", args=[tag.id])).content.decode()

    assert "Сохранено: метка «" in renamed
    assert "Удалить: метка «сканы»?" in page
    assert "«сканы» снимется с 1 документа" in page


def test_what_reads_is_named_as_people_name_it(
    browser: Client, russian: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"], engine="text-layer")
    make_ocr_worker("paddleocr-vl")

    assert "text layer" in browser.get(url("change", document)).content.decode()
    page = russian.get(url("change", document)).content.decode()
    assert "<dd>текстовый слой" in page
    assert "text-layer" not in page
    assert "PaddleOCR-VL" in russian.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"title": " "}, "Название — от 1 до 500 знаков."),
        ({"title": "x", "language": "rus"}, "Язык — это код из двух букв (ISO 639-1)"),
        ({"title": "x", "tags": "x" * 101}, "Название метки — не больше 100 знаков."),
        ({"title": "x", "tags": ",".join(map(str, range(51)))}, "не больше 50 меток."),
        (
            {"title": "a\x00b"},
            "В тексте есть символы NUL или неполные символы",
        ),
    ],
)
def test_a_refusal_is_one_sentence_in_one_language(
    form: dict[str, str], said: str, russian: Client, team: Team, url: Url
) -> None:
    document = make_document(team)

    page = russian.post(url("details", document), form, follow=True).content.decode()

    told = page.partition('<ul class="messagelist">')[2].partition("</ul>")[0]
    assert said in told
    assert "Запрос составлен неверно" not in told


def test_a_limit_is_told_in_russian(
    russian: Client, team: Team, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_DOCUMENTS", 1)
    monkeypatch.setattr(zip_documents, "MOST_DOCUMENTS", 1)
    chosen = [str(make_document(team).id) for _ in range(2)]

    def told(action: str) -> str:
        form = {"action": action, "_selected_action": chosen}
        return russian.post(url("changelist"), form, follow=True).content.decode()

    assert "Выбрано больше 1 документов, а больше за один раз нельзя." in told("move_to_trash")
    assert "За один раз можно скачать не больше 1 документов и 100 ГБ." in told("download")


def refused(client: Client, name: str, content: bytes) -> Any:
    """What the API says of the file, which the upload tray shows."""
    return client.post(reverse("api:documents"), {"file": SimpleUploadedFile(name, content)}).json()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "рисунок SVG"),
        (b"MZ\x90\0" + bytes(60), "файл типа application/x-msdownload"),
        (b"\0\1\2\3", "файл неизвестного типа"),
    ],
)
def test_a_refused_file_is_told_what_it_is_and_what_is_accepted(
    content: bytes, what: str, russian: Client
) -> None:
    problem = refused(russian, "note.docx", content)

    assert f"Похоже, это {what}; принимаются PDF, PNG," in problem["detail"]
    assert problem["title"] == "Файлы этого типа не принимаются."


def test_a_file_that_is_too_large_is_told_the_limit(russian: Client, settings: Any) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 2**20

    problem = refused(russian, "big.pdf", b"%PDF-1.4" + b"x" * 2**20)

    assert "Файл больше 1 МБ" in problem["detail"]


def test_who_has_to_choose_a_team_is_told_so(team: Team) -> None:
    user = make_user(team=team, is_staff=True)
    user.memberships.create(team=make_team(), role=Role.REVIEWER)

    problem = refused(in_russian(user), "a.pdf", b"%PDF-1.4")

    assert "выберите команду" in problem["detail"]


def test_there_is_no_page_in_english_only(root: Client) -> None:
    index = root.get(reverse("admin:index")).content.decode()

    for name in ("Токены", "Состояние сайта", "Пользователи", "Команды", "Метки", "Документы"):
        assert name in index
    for name in ("Token", "State of", "Users", "Teams", "Tags"):
        assert name not in index
