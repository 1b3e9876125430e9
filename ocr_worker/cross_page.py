"""Join tables and titles across the pages of a document, with the library that read them.

PaddleOCR has `restructure_pages` from 3.4 on. It runs in a process of its own: the library takes
seconds to import, starts threads and replaces signal handlers. No model is needed.

    python -m ocr_worker.cross_page <pages.json >blocks.json
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from documents.text.markdown import block_to_markdown
from documents.text.safe_html import sanitise_table
from documents.text.tables import parse_rows, rows_to_markdown
from ocr_worker.engines.paddleocr_vl.library_setup import prepare_process

log = structlog.get_logger(__name__)

_ROOT = Path(__file__).resolve().parent.parent

#: Limit of the process, seconds: importing takes 3 to 7, a document of 2,000 pages less.
SECONDS = 120.0

#: Markdown has six levels of headings (CommonMark 0.31, 4.2).
_DEEPEST_HEADING = 6


def restructure_pages(pages: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    """The new Markdown of blocks, by page number and block id: see `documents.exports.cross_page`.

    Empty where the library is missing, too old or fails: the document's Markdown is that of its
    pages then.
    """
    if importlib.util.find_spec("paddlex") is None:
        return {}
    prepare_process()
    try:
        done = subprocess.run(  # nosec B603 # a list of our own words, no shell
            [sys.executable, "-m", "ocr_worker.cross_page"],
            input=json.dumps(pages).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            cwd=_ROOT,
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        words = getattr(error, "stderr", None) or b""
        log.warning(
            "restructuring_failed", reason=f"{error} {words[-500:].decode(errors='replace')}"
        )
        return {}
    return {
        (page, block): _to_markdown(label, content, level)
        for page, block, label, content, level in answer
    }


def _to_markdown(label: str, content: str, level: int | None) -> str:
    if label == "table":
        return rows_to_markdown(parse_rows(sanitise_table(content)))
    text = block_to_markdown(label, content)
    if level is None or not text:
        return text
    return f"{'#' * min(level + 1, _DEEPEST_HEADING)} {text.lstrip('#').lstrip()}"


def main() -> None:
    """Print the changed blocks, as [page number, block id, label, content, level or null]."""
    pages = json.load(sys.stdin)
    answer, sys.stdout = sys.stdout, sys.stderr  # the library prints
    json.dump(_find_changed_blocks(pages), answer)


def _find_changed_blocks(pages: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    from paddlex.inference.pipelines.paddleocr_vl import pipeline

    # The method uses none of the pipeline's models, so it needs no instance.
    restructure = getattr(pipeline._PaddleOCRVLPipeline, "restructure_pages", None)
    if restructure is None:
        return []
    found = list(restructure(None, [_to_library_result(page) for page in pages]))
    differences: list[list[Any]] = []
    for page, result in zip(pages, found, strict=True):
        for before, after in zip(page["blocks"], result["parsing_res_list"], strict=True):
            level = getattr(after, "title_level", None)
            if after.content != before["content"] or level is not None:
                differences.append(
                    [page["number"], before["id"], after.label, after.content, level]
                )
    return differences


def _to_library_result(page: Mapping[str, Any]) -> dict[str, Any]:
    """A page in the form in which the library saves its results."""
    return {
        "res": {
            "input_path": None,
            "page_index": page["number"] - 1,
            "page_count": None,
            "width": page["width"],
            "height": page["height"],
            "model_settings": {"use_layout_detection": False, "use_doc_preprocessor": False},
            "parsing_res_list": [
                {
                    "block_label": block["label"],
                    "block_content": block["content"],
                    "block_bbox": block["bbox"],
                    "block_id": index,
                    "block_order": index,
                    "group_id": index,
                    # The library ranks titles by the size of their outlines.
                    "block_polygon_points": _box_corners(block["bbox"]),
                }
                for index, block in enumerate(page["blocks"])
            ],
        }
    }


def _box_corners(box: Sequence[float]) -> list[list[float]]:
    x0, y0, x1, y1 = box
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


if __name__ == "__main__":
    main()
