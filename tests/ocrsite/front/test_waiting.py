"""A request whose answer is "not yet" waits in the event loop, not in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from documents.http.ask_again import HEADER
from ocrsite.front import waiting
from tests.ocrsite.front.clients import Front, serving

