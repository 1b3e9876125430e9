"""A layout model that finds the same regions on every page that is not blank."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LABELS = [
    "abstract", "algorithm", "aside_text", "chart", "content", "display_formula", "doc_title",
    "figure_title", "footer", "footer_image", "footnote", "formula_number", "header",
    "header_image", "image", "inline_formula", "number", "paragraph_title", "reference",
    "reference_content", "seal", "table", "text", "vertical_text", "vision_footnote",
]  # fmt: skip

#: Label, score, and x0, y0, x1, y1 in parts of the page; in reading order.
Boxes = tuple[tuple[str, float, float, float, float, float], ...]
BOXES: Boxes = (
    ("header", 0.90, 0.10, 0.02, 0.90, 0.05),
    ("doc_title", 0.95, 0.10, 0.07, 0.90, 0.13),
    ("paragraph_title", 0.93, 0.10, 0.16, 0.60, 0.20),
    ("text", 0.97, 0.10, 0.22, 0.90, 0.36),
    ("table", 0.96, 0.10, 0.40, 0.90, 0.58),
    ("display_formula", 0.92, 0.30, 0.61, 0.70, 0.66),
    ("image", 0.91, 0.10, 0.69, 0.45, 0.84),
    ("chart", 0.90, 0.55, 0.69, 0.90, 0.84),
    ("figure_title", 0.88, 0.10, 0.85, 0.45, 0.88),
    ("number", 0.86, 0.47, 0.95, 0.53, 0.98),
    ("text", 0.10, 0.00, 0.00, 0.50, 0.50),  # below every threshold: must be dropped
)

#: The third version's masks lie on a grid of so many cells a side.
_GRID = 200


def build(directory: Path, name: str, boxes: Boxes) -> None:
    """A static graph in Paddle's form. `name`: PP-DocLayoutV2 or PP-DocLayoutV3."""
    import numpy as np
    import paddle

    directory.mkdir(parents=True, exist_ok=True)
    with_masks = name.endswith("V3")
    columns = 7 if with_masks else 8
    base = np.zeros((len(boxes), columns), "float32")
    for row, (label, score, *corners) in enumerate(boxes):
        base[row, :6] = [LABELS.index(label), score, *corners]
        base[row, 6] = row  # the eighth column, of the second version only, breaks ties

    class Net(paddle.nn.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.label, self.score = self.constant(base[:, 0:1]), self.constant(base[:, 1:2])
            self.corners, self.rest = self.constant(base[:, 2:6]), self.constant(base[:, 6:])

        def constant(self, values: Any) -> Any:
            start = paddle.nn.initializer.Assign(values[None])
            return self.create_parameter(values[None].shape, default_initializer=start)

        def forward(self, im_shape: Any, image: Any, scale_factor: Any) -> Any:
            size = paddle.floor(im_shape / scale_factor + 0.5)  # of the page: height, width
            sides = paddle.flip(size, axis=[1]).tile([1, 2]).unsqueeze(1)
            ink = image.max(axis=[1, 2, 3]) - image.min(axis=[1, 2, 3]) > 0.2
            ink = ink.astype("float32")
            one = paddle.ones_like(ink).reshape([-1, 1, 1])
            parts = [self.label * one, self.score * ink.reshape([-1, 1, 1]), self.corners * sides,
                     self.rest * one]  # fmt: skip
            found = paddle.concat(parts, axis=-1).reshape([-1, columns])
            number = (paddle.ones_like(ink) * len(boxes)).astype("int32")
            if not with_masks:
                return found, number
            grid = paddle.arange(_GRID, dtype="float32") / float(_GRID)
            at = (self.corners * one).reshape([-1, 4, 1])
            across = ((grid >= at[:, 0]) & (grid < at[:, 2])).astype("int32")
            down = ((grid >= at[:, 1]) & (grid < at[:, 3])).astype("int32")
            return found, number, down.unsqueeze(2) * across.unsqueeze(1)

    net = Net()
    net.eval()
    spec = paddle.static.InputSpec
    paddle.jit.save(
        net,
        str(directory / "inference"),
        input_spec=[
            spec([-1, 2], "float32", "im_shape"),
            spec([-1, 3, 800, 800], "float32", "image"),
            spec([-1, 2], "float32", "scale_factor"),
        ],
    )
    (directory / "inference.yml").write_text(
        "mode: paddle\ndraw_threshold: 0.5\nmetric: COCO\nuse_dynamic_shape: false\n"
        f"Global:\n  model_name: {name}\narch: DETR\nmin_subgraph_size: 3\n"
        "Preprocess:\n"
        "- {interp: 2, keep_ratio: false, target_size: [800, 800], type: Resize}\n"
        "- {mean: [0.0, 0.0, 0.0], std: [1.0, 1.0, 1.0], norm_type: none, type: NormalizeImage}\n"
        f"- {{type: Permute}}\nlabel_list: [{', '.join(LABELS)}]\n"
    )
