"""The keys and values of all tokens so far, of a batch whose rows come and go.

Rows are padded on the left, so the last column is the last token of every row. The library's own
cache is concatenated again, in every layer, for every token; here there is room for the next ones.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import Cache, DynamicLayer

#: Columns that are made at once.
_ROOM = 256


class RowsLayer(DynamicLayer):
    """One layer; keys and values of [rows, heads, columns, head size] in larger buffers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None
        self._columns = 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append columns; returns all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        columns = self._columns + key_states.shape[-2]
        if self._buffers is None or columns > self._buffers[0].shape[-2]:
            self._buffers = (
                self._enlarge(self.keys, key_states, columns),
                self._enlarge(self.values, value_states, columns),
            )
        for buffer, added in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, self._columns : columns] = added
        self._columns = columns
        self._show()
        return self.keys, self.values

    def get_seq_length(self) -> int:
        return self._columns

    def select(self, rows: torch.Tensor, skip: int) -> None:
        """Keep these rows, without the first `skip` columns."""
        self._store(self.keys[rows, :, skip:], self.values[rows, :, skip:])

    def join(self, other: RowsLayer) -> None:
        """Add the rows of `other`; the shorter of both is padded on the left."""
        columns = max(self._columns, other._columns)

        def pad(values: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.pad(values, (0, 0, columns - values.shape[-2], 0))

        self._store(
            torch.cat([pad(self.keys), pad(other.keys)]),
            torch.cat([pad(self.values), pad(other.values)]),
        )

    def _store(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        self._columns = keys.shape[-2]
        self._buffers = (keys, values)
        self._show()

    def _show(self) -> None:
        assert self._buffers is not None
        self.keys, self.values = (buffer[:, :, : self._columns] for buffer in self._buffers)

    def _enlarge(self, old: torch.Tensor, added: torch.Tensor, columns: int) -> torch.Tensor:
        rows, heads, _, size = added.shape
        new = added.new_empty(rows, heads, columns + _ROOM, size)
        if self._columns:
            new[:, :, : self._columns] = old
        return new


def make_cache() -> Cache:
    """An empty cache, of as many layers as the model fills."""
    return Cache(layer_class_to_replicate=RowsLayer)
