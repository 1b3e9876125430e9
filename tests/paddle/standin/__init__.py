"""Small models that the genuine PaddleOCR-VL pipeline loads and runs: 2 MB, built in seconds.

The layout model draws the same boxes on every page that has ink, the language model recites an
answer that depends on what it is asked for (text, table, formula). All else is the library's own:
cropping, merging, prompts, decoding, tables out of the model's notation, Markdown.
"""

from __future__ import annotations

from pathlib import Path

from . import language, layout
from .language import ANSWERS, SMALL, Answers, Sizes
from .layout import BOXES, Boxes

#: By pipeline version: the layout model, which is its directory too; the language model's name and
#: directory.
VERSIONS = {
    "v1": ("PP-DocLayoutV2", "PaddleOCR-VL-0.9B", "PaddleOCR-VL"),
    "v1.5": ("PP-DocLayoutV3", "PaddleOCR-VL-1.5-0.9B", "PaddleOCR-VL-1.5"),
    "v1.6": ("PP-DocLayoutV3", "PaddleOCR-VL-1.6-0.9B", "PaddleOCR-VL-1.6"),
}


def build(
    home: Path,
    version: str,
    *,
    answers: Answers = ANSWERS,
    boxes: Boxes = BOXES,
    sizes: Sizes = SMALL,
    by_chance: bool = False,
) -> Path:
    """Models of pipeline `version` below `home`/official_models; returns `home`, as
    PADDLE_PDX_CACHE_HOME names it. Needs paddle, safetensors and sentencepiece."""
    layout_name, language_name, language_directory = VERSIONS[version]
    models = home / "official_models"
    language.build(models / language_directory, language_name, answers, sizes, by_chance=by_chance)
    layout.build(models / layout_name, layout_name, boxes)
    return home
