"""Makes the pictures of README.md and docs/guide.md: `python -m tests.readme_pictures`.

Starts a site of its own, uploads documents that are drawn here (no real person's papers), waits
until they are read and takes docs/pictures/*.webp at 1366 x 768 px. Needs Chromium and the fonts of
Debian's fonts-dejavu-core.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import FLAGS, NAMES
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, free_port

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
#: A4 at 150 dpi, px.
WIDTH, HEIGHT, DPI = 1240, 1754, 150

LETTER = """\
{company}
{address}

Исх. № {number} от {date}

Уважаемые коллеги!

По договору поставки № {contract} поставщик обязуется
передать покупателю товар в согласованные сроки,
а покупатель обязуется принять его и оплатить.

Просим подтвердить получение {count} мест груза и
подписать акт приёмки в двух экземплярах.

Срок оплаты: десять дней со дня подписания акта.

С уважением,
директор                         {director}
"""
INVOICE = """\
Invoice No. {number}

Supplier:  {company}
Customer:  Harbour Warehouse Ltd
Date:      {date}

Archive boxes, 40 at 3.20: 128.00
Paper, A4, 80 g, 120 at 4.10: 492.00
Labels, white, 15 at 2.75: 41.25
Staples No. 24, 60 at 0.90: 54.00

Total: 715.25

Please pay within ten days to the account named
in the contract and quote the invoice number.
"""
PEOPLE = (
    ("ООО «Северный архив»", "190000, Санкт-Петербург, наб. реки Мойки, 12", "А. П. Ершова"),
    ("АО «Вектор»", "620014, Екатеринбург, ул. Малышева, 51", "И. С. Лаптев"),
    ("ООО «Лесной двор»", "163000, Архангельск, пр. Троицкий, 20", "М. В. Рогова"),
    ("ИП Соколов", "443010, Самара, ул. Фрунзе, 70", "Д. Н. Соколов"),
)
TAGS = ("договоры", "акты", "письма", "счета")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    base = Path(tempfile.mkdtemp(prefix="ocrsite-pictures-"))
    site = Site(base / "data", free_port(), {"OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD})
    site.start()
    try:
        site.wait_for_ocr_workers()
        site.log_in()
        for name, content, tag in _draw_documents():
            site.upload(name, content, tags=tag)
        site.wait_until_read(within=600)
        time.sleep(3)  # the index follows
        path = next(filter(None, map(shutil.which, NAMES)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
            _take_pictures(browser, site)
            browser.close()
    finally:
        site.destroy()
        shutil.rmtree(base, ignore_errors=True)


def _draw_documents() -> list[tuple[str, bytes, str]]:
    """(file name, PDF of pictures without a text layer, tag); the same at every call."""
    chance = random.Random(7)
    documents = []
    for number in range(12):
        company, address, director = PEOPLE[number % 4]
        facts = {
            "company": company,
            "address": address,
            "director": director,
            "number": f"{4400 + 7 * number}-БП",
            "contract": f"{70 + number}/26",
            "date": f"{1 + 2 * number:02}.03.2026",
            "count": 3 + number,
        }
        text = INVOICE if number % 3 == 2 else LETTER
        # The worst of them are what a reviewer gets.
        blur = 2.9 if number in (1, 6, 9) else 0.5
        pages = [_scan(text.format(**facts), chance, blur) for _ in range(1 + number % 2)]
        name = ("Письмо", "Акт и письмо", "Счёт")[number % 3] + f" {facts['number']}.pdf"
        documents.append((name, _to_pdf(pages), TAGS[number % 4]))
    return documents


def _scan(text: str, chance: random.Random, blur: float) -> Image.Image:
    """A page as a scanner sees it: grey, a little askew and out of focus. `blur`: px."""
    page = Image.new("L", (WIDTH, HEIGHT), 246)
    font = ImageFont.truetype(str(FONTS / "DejaVuSerif.ttf"), 31)
    ImageDraw.Draw(page).multiline_text((130, 150), text, font=font, fill=38, spacing=27)
    page = page.rotate(chance.uniform(-0.6, 0.6), fillcolor=246)
    return page.filter(ImageFilter.GaussianBlur(blur))


def _to_pdf(pages: list[Image.Image]) -> bytes:
    target = io.BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=DPI)
    return target.getvalue()


def _take_pictures(browser: Browser, site: Site) -> None:
    found = site.call("/api/v1/search/?q=договор").json()["results"][0]["document"]["id"]
    flagged = site.call("/api/v1/documents/?flag=low_confidence").json()["results"]
    doubtful = flagged[0]["id"] if flagged else found
    _let_programs_in(site)
    for scheme, language, name, address in (
        ("light", "en-GB", "inbox", "/"),
        ("light", "en-GB", "search", "/search/?q=договоры"),
        ("light", "en-GB", "document", f"/documents/{found}/?page=1&hit=договор"),
        ("light", "en-GB", "review", f"/review/{doubtful}/"),
        ("dark", "ru-RU", "inbox-dark-ru", "/documents/?layout=grid"),
        ("light", "en-GB", "team", "/team/"),
        ("light", "en-GB", "tokens", "/account/tokens/"),
        ("light", "en-GB", "webhooks", "/webhooks/"),
        ("light", "ru-RU", "tokens-ru", "/account/tokens/"),
        ("light", "ru-RU", "webhooks-ru", "/webhooks/"),
        ("light", "ru-RU", "inbox-ru", "/"),
        ("light", "ru-RU", "document-ru", f"/documents/{found}/?page=1&hit=договор"),
        ("light", "ru-RU", "review-ru", f"/review/{doubtful}/"),
    ):
        context = browser.new_context(
            base_url=site.url(""),
            color_scheme="dark" if scheme == "dark" else "light",
            locale=language,
            timezone_id="Europe/Moscow",
            viewport={"width": 1366, "height": 768},
        )
        page = context.new_page()
        _log_in(page)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        with Image.open(io.BytesIO(page.screenshot())) as picture:
            picture.save(PICTURES / f"{name}.webp", quality=82, method=6)
        context.close()


def _let_programs_in(site: Site) -> None:
    """Two tokens and a webhook, for the pages that show them."""
    headers = {"Content-Type": "application/json"}
    team = site.call("/api/v1/teams/").json()["results"][0]["id"]
    for address, body in (
        ("tokens", {"name": "МФУ, 2 этаж", "scopes": ["write"], "teams": [team]}),
        ("tokens", {"name": "Nightly export", "scopes": ["read"]}),
        ("webhooks", {"url": "https://erp.example/archive-events", "team": team,
                      "events": ["document.ready", "document.approved"]}),
    ):  # fmt: skip
        made = site.call(f"/api/v1/{address}/", "POST", data=json.dumps(body), headers=headers)
        made.raise_for_status()


def _log_in(page: Page) -> None:
    page.goto("/login/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", ADMIN_PASSWORD)
    page.click("main button")
    page.wait_for_load_state("networkidle")
    page.goto("/setup/")
    put_away = page.locator("form[action='/setup/end/'] button")
    if put_away.count():
        put_away.first.click()
        page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
