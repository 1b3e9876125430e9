"""Write docs/openapi.yaml, the API's description: `python docs/make_openapi.py`.

With `--check` nothing is written; the exit status is 1 where the file is not current.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "openapi.yaml"


def main(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as directory:
        os.environ["OCRSITE_DATA_DIR"] = directory
        os.environ["DJANGO_SETTINGS_MODULE"] = "ocrsite.settings"
        import django

        django.setup()
        from documents.api.openapi.document import build_yaml

        text = build_yaml()
    if "--check" in arguments:
        if FILE.exists() and FILE.read_text("utf-8") == text:
            return 0
        sys.stderr.write("docs/openapi.yaml is not current: run python docs/make_openapi.py\n")
        return 1
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
