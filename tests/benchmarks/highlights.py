"""Are hits drawn where the words are? A hundred hits against the PDFs themselves.

Born-digital samples are uploaded to the product and searched for words of their own (forms that the
page may have otherwise, too). For each hit pdfium is asked, apart from everything that the product
did, which text the PDF has inside of the box: it must contain the hit's.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import pypdfium2

from tests.benchmarks.product import options, product
from tests.benchmarks.truths import SAMPLES, documents

#: Boxes end where letters do; what is asked for reaches a little beyond, in points.
SLACK = 1.5


@dataclass(frozen=True)
class Checked:
    file: str
    page: int
    text: str
    inside: str

    @property
    def good(self) -> bool:
        return squeezed(self.text) in squeezed(self.inside)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--hits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    paths = [
        SAMPLES / found["file"]
        for found in documents()
        if found["id"] in ("ru-debian-install-ru", "ru-debian-debian-faq-ru")
    ]
    with product() as site:
        ids = {site.upload(path): path for path in paths}
        site.wait(list(ids), within=500)
        checked: list[Checked] = []
        while len(checked) < given.hits:
            document = chance.choice(list(ids))
            pdf = pypdfium2.PdfDocument(ids[document])
            text = pdf[chance.randrange(len(pdf))].get_textpage().get_text_bounded()
            words = re.findall(r"[^\W\d_]{5,}", text)
            if not words:
                continue
            q = chance.choice(words)
            answer = site._session.get(site.site.url("/api/v1/search/"), params={"q": q}).json()
            found = [r for r in answer["results"] if r["hits"] and r["document"]["id"] in ids]
            if found:
                result = chance.choice(found)
                hit = chance.choice(result["hits"])
                pdf = pypdfium2.PdfDocument(ids[result["document"]["id"]])
                checked.append(
                    Checked(
                        ids[result["document"]["id"]].name,
                        result["page"],
                        hit["text"],
                        text_inside(pdf[result["page"] - 1], hit["bbox"], result["width"]),
                    )
                )
    good = sum(each.good for each in checked)
    print(f"{good} of {len(checked)} hits are drawn over their word")
    for each in checked:
        if not each.good:
            print(f"{each.file}, page {each.page}: {each.text!r}, in the box {each.inside!r}")


def text_inside(page: pypdfium2.PdfPage, box: list[float], width: int) -> str:
    """`box` in px of an image `width` px wide."""
    points = page.get_width() / width
    x0, y0, x1, y1 = (value * points for value in box)
    height = page.get_height()
    return str(
        page.get_textpage().get_text_bounded(
            x0 - SLACK, height - y1 - SLACK, x1 + SLACK, height - y0 + SLACK
        )
    )


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


if __name__ == "__main__":
    main()
