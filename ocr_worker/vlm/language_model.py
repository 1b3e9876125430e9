"""The model, and a batch of answers that it is in the middle of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import PaddleOCRVLForConditionalGeneration
from transformers.models.paddleocr_vl import PaddleOCRVLImageProcessorPil

from .kv_cache import make_cache
from .prompts import Prompts


@dataclass(eq=False)
class Row:
    """A block and its answer so far.

    `prompt`: token ids. `patches`: pixels of [patches, 3, patch, patch], uint8; `grid`: their
    number along time, height, width. `most_tokens`: the answer is cut there. `special`: whether
    special tokens are part of its text.
    """

    request: int
    index: int
    prompt: list[int]
    patches: np.ndarray[Any, Any]
    grid: tuple[int, int, int]
    most_tokens: int
    special: bool = False
    tokens: list[int] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    #: At how many tokens the text is looked at for an endless repetition.
    next_look: int = 96
    cut_text: str | None = None

    def start_again(self) -> None:
        self.tokens, self.probabilities, self.next_look = [], [], 96


class Batch:
    """Rows whose answers are not at their end, and what the model remembers of them.

    `mask`: of [rows, columns], 1 where a column is a token of the row. `positions`: of each row's
    next token. `last`: each row's last token.
    """

    def __init__(
        self,
        rows: list[Row],
        cache: Any,
        mask: torch.Tensor,
        positions: torch.Tensor,
        last: torch.Tensor,
    ) -> None:
        self.rows, self.cache = rows, cache
        self.mask, self.positions, self.last = mask, positions, last

    def keep(self, kept: list[int]) -> None:
        """Only the rows with these numbers go on."""
        rows = torch.tensor(kept, device=self.mask.device)
        mask = self.mask[rows]
        skip = int(mask.argmax(-1).min())  # columns that pad every row that is left
        for layer in self.cache.layers:
            layer.select(rows, skip)
        self.rows = [self.rows[number] for number in kept]
        self.mask, self.positions, self.last = mask[:, skip:], self.positions[rows], self.last[rows]

    def join(self, other: Batch) -> None:
        columns = max(self.mask.shape[1], other.mask.shape[1])

        def pad(mask: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.pad(mask, (columns - mask.shape[1], 0))

        for layer, added in zip(self.cache.layers, other.cache.layers, strict=True):
            layer.join(added)
        self.rows += other.rows
        self.mask = torch.cat([pad(self.mask), pad(other.mask)])
        self.positions = torch.cat([self.positions, other.positions])
        self.last = torch.cat([self.last, other.last])


class LanguageModel:
    """The weights of `directory`, in Hugging Face's layout, on `device` ("cuda:0", "cpu").

    `dtype`: None: bfloat16 on a GPU, which is built for it, and float32 on a processor.
    """

    def __init__(self, directory: Path, device: str, dtype: torch.dtype | None = None) -> None:
        self.device = torch.device(device)
        self.dtype = dtype or (torch.float32 if self.device.type == "cpu" else torch.bfloat16)
        config = json.loads((directory / "preprocessor_config.json").read_text(encoding="utf-8"))
        self._merge = config["merge_size"]
        # Pixels wait as bytes, a quarter of the memory, and are normalised by the GPU.
        self._images = PaddleOCRVLImageProcessorPil(
            do_rescale=False, do_normalize=False, resample=config["resample"],
            patch_size=config["patch_size"], merge_size=self._merge,
            temporal_patch_size=config["temporal_patch_size"],
        )  # fmt: skip
        self._scale = config["rescale_factor"]
        self._mean, self._deviation = (
            torch.tensor(config[name], device=self.device)[:, None, None]
            for name in ("image_mean", "image_std")
        )
        self.prompts = Prompts(directory)
        model = PaddleOCRVLForConditionalGeneration.from_pretrained(  # nosec B615: a directory
            directory, dtype=self.dtype, attn_implementation="sdpa", local_files_only=True
        )
        self._model = model.to(self.device).eval()
        # transformers 5.20 resamples the places that the vision tower has learned from corner to
        # corner; Paddle's code, which the model was trained with, does not (paddlex 3.3 to 3.7,
        # `_siglip.interpolate_pos_encoding`). A page reads alike either way, but not the same.
        embeddings = _find(self._model, "interpolation_align_corners")
        embeddings.interpolation_align_corners = False
        ends = model.generation_config.eos_token_id
        self._ends = set(ends if isinstance(ends, list) else [ends])

    @property
    def vision_dtype(self) -> str:
        """That of the vision tower, which decides about its speed."""
        return str(self._model.model.visual.dtype).removeprefix("torch.")

    def prepare(
        self,
        request: int,
        index: int,
        pixels: np.ndarray[Any, Any],
        *,
        query: str,
        min_pixels: int,
        max_pixels: int,
        most_tokens: int,
        special: bool,
    ) -> Row:
        """The row of one block. `pixels`: RGB, uint8, of [height, width, 3]."""
        seen = self._images(
            images=[Image.fromarray(pixels)],
            size={"shortest_edge": min_pixels, "longest_edge": max_pixels},
            return_tensors="np",
        )
        grid = tuple(int(number) for number in seen["image_grid_thw"][0])
        prompt = self.prompts.encode(query, grid[0] * grid[1] * grid[2] // self._merge**2)
        return Row(
            request, index, prompt, seen["pixel_values"].astype(np.uint8),
            (grid[0], grid[1], grid[2]), most_tokens, special,
        )  # fmt: skip

    @torch.inference_mode()
    def begin(self, rows: list[Row]) -> Batch:
        """See the pictures and the prompts of `rows`; each has its first token afterwards."""
        width = max(len(row.prompt) for row in rows)
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        mask = torch.zeros(len(rows), width, dtype=torch.long)
        for number, row in enumerate(rows):
            ids[number, width - len(row.prompt) :] = torch.tensor(row.prompt)
            mask[number, width - len(row.prompt) :] = 1
        ids, mask = ids.to(self.device), mask.to(self.device)
        is_image = (ids == self.prompts.image_id).long()
        grids = torch.tensor([row.grid for row in rows], device=self.device)
        places, _ = self._model.model.get_rope_index(
            ids, mm_token_type_ids=is_image, image_grid_thw=grids, attention_mask=mask
        )
        patches = torch.from_numpy(np.concatenate([row.patches for row in rows])).to(self.device)
        pixels = (patches.float() * self._scale - self._mean) / self._deviation
        seen = self._model(
            input_ids=ids, attention_mask=mask, position_ids=places,
            pixel_values=pixels.to(self.dtype), image_grid_thw=grids,
            past_key_values=make_cache(), use_cache=True, logits_to_keep=1,
        )  # fmt: skip
        batch = Batch(rows, seen.past_key_values, mask, places.amax((0, 2)) + 1, ids[:, -1])
        self._take(batch, seen.logits[:, -1])
        return batch

    @torch.inference_mode()
    def step(self, batch: Batch) -> None:
        """One token more for every row."""
        one = batch.mask.new_ones(len(batch.rows), 1)
        mask = torch.cat([batch.mask, one], dim=1)
        seen = self._model(
            input_ids=batch.last[:, None], attention_mask=mask,
            position_ids=batch.positions[None, :, None].expand(3, -1, -1),
            past_key_values=batch.cache, use_cache=True,
        )  # fmt: skip
        batch.mask, batch.positions = mask, batch.positions + 1
        self._take(batch, seen.logits[:, -1])

    def _take(self, batch: Batch, logits: torch.Tensor) -> None:
        """The most likely token of each row, with its probability."""
        probabilities, batch.last = logits.float().softmax(-1).max(-1)
        for row, token, probability in zip(
            batch.rows, batch.last.tolist(), probabilities.tolist(), strict=True
        ):
            row.tokens.append(token)
            row.probabilities.append(probability)

    def is_at_end(self, row: Row) -> bool:
        return row.tokens[-1] in self._ends or len(row.tokens) >= row.most_tokens

    def free_memory(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Some libraries report it by message alone."""
        text = str(error).lower()
        return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
            isinstance(error, RuntimeError)
            and ("out of memory" in text or "can't allocate memory" in text)
        )


def _find(model: torch.nn.Module, attribute: str) -> Any:
    """The one module that has `attribute`."""
    [found] = [module for module in model.modules() if hasattr(module, attribute)]
    return found
