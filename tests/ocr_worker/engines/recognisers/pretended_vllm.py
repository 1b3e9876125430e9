"""Stands for vLLM's program: `serve MODEL --host HOST --port PORT ...`, and its HTTP interface as
`chat.py` uses it. MODEL/behaviour.json, read for each request, says how it behaves; what it was
asked it writes down in MODEL/asked.jsonl, what has become of it in MODEL/process and MODEL/left.
"""

from __future__ import annotations

import base64
import io
import json
import math
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image

MODEL = Path(sys.argv[2])


def behaviour() -> dict[str, Any]:
    return dict(json.loads((MODEL / "behaviour.json").read_text()))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200, {"version": "0.11.2"} if self.path == "/version" else {})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = asked["messages"][0]["content"]
        picture = base64.b64decode(content[0]["image_url"].pop("url").split(",")[1])
        image = Image.open(io.BytesIO(picture))
        with (MODEL / "asked.jsonl").open("a") as file:
            file.write(json.dumps({**asked, "size": image.size, "pixel": image.getpixel((0, 0))}))
            file.write("\n")
        behave = behaviour()
        if self.headers["Authorization"] != f"Bearer {os.environ['VLLM_API_KEY']}":
            self.answer(401, {"error": "no key"})
        elif "error" in behave:
            self.answer(400, {"error": {"message": behave["error"]}})
        else:
            self.stream(behave, asked["max_completion_tokens"])

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, behave: dict[str, Any], most: int) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        tokens = (behave["tokens"] * most)[:most] if behave.get("for_ever") else behave["tokens"]
        said = 0
        try:
            for token in tokens:
                time.sleep(behave.get("seconds", 0))
                self.event({
                    "delta": {"content": token}, "finish_reason": None,
                    "logprobs": {"content": [{"token": token, "logprob": math.log(0.5)}]},
                })  # fmt: skip
                said += 1
            self.event({"delta": {}, "finish_reason": "stop"})
            self.chunk(b"data: [DONE]\n\n")
            self.chunk(b"")
        except OSError:
            (MODEL / "left").write_text(str(said))

    def event(self, choice: dict[str, Any]) -> None:
        self.chunk(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def log_message(self, *args: object) -> None:
        pass


def main() -> None:
    if behaviour().get("ends"):
        sys.exit(3)
    # vLLM's engine is a process of its own.
    engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (MODEL / "process").write_text(f"{os.getpid()} {engine.pid}")
    port = int(sys.argv[sys.argv.index("--port") + 1])
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


main()
