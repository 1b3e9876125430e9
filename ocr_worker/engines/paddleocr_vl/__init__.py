"""PaddleOCR-VL in this process: layout, text, tables and formulas by a vision-language model.

| module | concern |
|---|---|
| `library_setup` | what the libraries read from the environment, and where they may write |
| `models` | which models are on this machine |
| `gpu` | is there a GPU, and how much of its memory is free |
| `requirements` | why the engine can't run on this machine |
| `library` | the installed paddleocr: its version, and a pipeline built as it requires |
| `guard` | limits of every block that the model reads: tokens, time, shape, repetition |
| `failures` | what the library raises, as the engine's own failures |
| `page_loop` | many pages in one thread, each waiting for what is done elsewhere |
| `layout_batches` | the layout of pages that wait at the same time, in one run |
| `recognisers` | who recognises the blocks: the library's own model, or many blocks at once |
| `results` | the pipeline's result as our layout |
| `tables` | a table's HTML as text and Markdown |
| `engine` | the `Engine` protocol: load, warm up, read, recover |

No library of Paddle's is imported before an engine is loaded: that takes seconds, starts threads
and replaces signal handlers. Facts about the pipeline hold for PaddleOCR 3.3.2 to 3.7.0; they were
found by reading and running the first and the last of these versions.
"""

from .engine import PaddleOCRVLEngine
from .library import is_installed
from .requirements import find_obstacle

__all__ = ["PaddleOCRVLEngine", "find_obstacle", "is_installed"]
