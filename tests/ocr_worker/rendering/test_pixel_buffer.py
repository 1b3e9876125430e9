"""Pages are drawn one after the other in the same memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ocr_worker.rendering.pdf import PdfFile
from tests.ocr_worker.files import pdf


def test_pages_drawn_in_the_same_memory_keep_their_own_pixels(tmp_path: Path) -> None:
    def four_pages(canvas: Any) -> None:
        for shade in (0.0, 0.5, 1.0):
            canvas.setFillGray(shade)
            canvas.rect(0, 0, 595, 842, fill=1)
            canvas.showPage()
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, 0, 595, 842, fill=1)

    path = pdf(tmp_path / "shades.pdf", four_pages)
    with path.open("rb") as stream:
        file = PdfFile(stream)
        drawn = [file.draw_as_coloured(n, 60 * n, 80) for n in (4, 3, 2, 1)]
        file.close()
    assert [page.mode for page in drawn] == ["RGB", "L", "L", "L"]
    assert [page.size for page in drawn] == [(240, 80), (180, 80), (120, 80), (60, 80)]
    assert [page.getpixel((30, 40)) for page in drawn] == [(255, 0, 0), 255, 128, 0]
    assert [page.getpixel((page.width - 9, 70)) for page in drawn] == [(255, 0, 0), 255, 128, 0]
