"""The batched recogniser: PaddleOCR-VL's language model on PyTorch, many blocks of many pages at
once.

`serve.py` runs as a process of its own in an environment of its own (/opt/vlm in the GPU image, or
`pip install .[vlm]`), because PyTorch and Paddle bring CUDA libraries of different versions. So
nothing in here imports anything of the product but this package, `ocr_worker.repetition` and
`ocr_worker.process_death`. `end_with_owner.py` runs vLLM, which may take its place. The other end
is `ocr_worker/engines/paddleocr_vl/recognisers/`.
"""
