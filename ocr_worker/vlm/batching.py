"""Which blocks are in the batch: new ones come in while others go on, and those at their end leave.

So a table of a thousand rows holds no short line back, and its neighbours' places are not empty
while it is written out. Memory decides how many fit: where it runs out, the batch is halved, the
blocks that leave begin again later, and it grows again with time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from itertools import islice

from ocr_worker.repetition import cut_repetition

from .language_model import Batch, LanguageModel, Row
from .load import Load

#: Steps without want of memory after which the batch may be twice as large again.
_GROW_AFTER = 512

#: Patches of pictures (14 x 14 px) that are seen in one go: what the vision tower holds of them is
#: the largest part of memory beside the weights.
_PATCHES = 40_000

#: A new row waits while fewer places than this part of the batch are free: seeing pictures holds
#: up all rows, so it is done for several at once.
_FREE_PART = 8


class Batching:
    """`finish`: called with each row whose answer is complete. `fail`: with a row that memory does
    not suffice for, alone."""

    def __init__(
        self,
        model: LanguageModel,
        most_rows: int,
        *,
        finish: Callable[[Row], None],
        fail: Callable[[Row, BaseException], None],
    ) -> None:
        self._model, self._finish, self._fail = model, finish, fail
        self._most_rows = self._limit = most_rows
        self._steps_since_shortage = 0
        self._waiting: deque[Row] = deque()
        self._batch: Batch | None = None
        self.load = Load(most_rows=most_rows)

    @property
    def is_idle(self) -> bool:
        return self._batch is None and not self._waiting

    def add(self, rows: list[Row]) -> None:
        self._waiting.extend(rows)

    def drop(self, request: int) -> None:
        """Nobody waits for the answers to this request any more."""
        self._waiting = deque(row for row in self._waiting if row.request != request)
        if self._batch is not None:
            self._keep([row.request != request for row in self._batch.rows])

    def step(self) -> None:
        """Let new rows in where there is room; then one token more for each."""
        began_at = time.monotonic()
        try:
            self._let_in()
            if self._batch is not None:
                self._write_on(self._batch)
        finally:
            self.load.seconds += time.monotonic() - began_at

    def _let_in(self) -> None:
        rows = self._choose_new()
        if not rows:
            return
        batch = self._batch
        try:
            new = self._model.begin(rows)
            if batch is not None:
                # Half joined, it would be of no use: should memory run out, all begin again.
                rows, self._batch = [*batch.rows, *rows], None
                batch.join(new)
        except Exception as error:
            if not self._model.is_out_of_memory(error):
                raise
            self._on_shortage(rows, error)
            return
        self._batch = batch or new
        self._let_finished_go()

    def _choose_new(self) -> list[Row]:
        """Those that waited longest, of similar length: the shorter are padded to the longest."""
        busy = len(self._batch.rows) if self._batch else 0
        free = self._limit - busy
        if not self._waiting or free <= 0 or (busy and free < self._limit // _FREE_PART):
            return []
        patches = 0
        chosen: list[Row] = []
        for row in sorted(islice(self._waiting, free), key=lambda row: len(row.prompt)):
            patches += len(row.patches)
            if chosen and patches > _PATCHES:
                break
            chosen.append(row)
        if self._waiting[0] not in chosen:  # the longest of them must not wait forever
            chosen = [self._waiting[0]]
        for row in chosen:
            self._waiting.remove(row)
        return chosen

    def _write_on(self, batch: Batch) -> None:
        try:
            self._model.step(batch)
        except Exception as error:
            if not self._model.is_out_of_memory(error):
                raise
            # What the cache holds may be half a step further: all begin again.
            self._batch = None
            self._on_shortage(batch.rows, error)
            return
        self.load.steps += 1
        self.load.row_steps += len(batch.rows)
        self._steps_since_shortage += 1
        if self._limit < self._most_rows and self._steps_since_shortage >= _GROW_AFTER:
            self._limit, self._steps_since_shortage = min(2 * self._limit, self._most_rows), 0
        self._let_finished_go()

    def _let_finished_go(self) -> None:
        assert self._batch is not None
        going_on = []
        for row in self._batch.rows:
            over = self._model.is_at_end(row)
            over = self._repeats_itself(row, last_look=over) or over
            going_on.append(not over)
            if over:
                self.load.blocks += 1
                self._finish(row)
        self._keep(going_on)

    def _repeats_itself(self, row: Row, *, last_look: bool) -> bool:
        """Whether the answer has come into a loop, which would go on until its last token."""
        if len(row.tokens) < row.next_look and not last_look:
            return False
        row.next_look = len(row.tokens) * 5 // 4
        text, _ = self._model.prompts.decode(row.tokens, row.probabilities, special=row.special)
        kept, was_cut = cut_repetition(text)
        if was_cut:
            row.cut_text = kept
        return was_cut

    def _keep(self, kept: list[bool]) -> None:
        assert self._batch is not None
        if not any(kept):
            self._batch = None
        elif not all(kept):
            self._batch.keep([number for number, keep in enumerate(kept) if keep])

    def _on_shortage(self, rows: list[Row], error: Exception) -> None:
        """Memory ran out over `rows`, which are in no batch now."""
        self.load.shortages += 1
        self._steps_since_shortage = 0
        alone = len(rows) == 1 and self._batch is None
        self._limit = max(1, (len(rows) + len(self._batch.rows if self._batch else ())) // 2)
        self._model.free_memory()
        for row in rows:
            row.start_again()
        if alone:
            self._fail(rows[0], error)
        else:
            self._waiting.extendleft(reversed(rows))
