"""Open an office file with the password that a person gave (MS-OFFCRYPTO), by msoffcrypto-tool.

In the child only, which loads the library before the jail where it is going to be needed.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from documents.errors import ConversionFailed, PasswordNeeded, UnsupportedFileType
from documents.files.sniff import HEAD_BYTES, sniff
from documents.messages import Message

if TYPE_CHECKING:
    from types import ModuleType

_library: ModuleType | None = None


def load_decryption() -> None:
    """Takes half a second."""
    global _library
    # msoffcrypto parses with them; this is the jailed child, within its limits.
    from xml.dom import expatbuilder, minidom  # noqa: F401 # nosec B407

    import msoffcrypto

    # It loads the reader of a format when a file of it is opened, as cryptography its library.
    from cryptography.hazmat.backends import default_backend
    from msoffcrypto.format import doc97, ooxml, ppt97, xls97  # noqa: F401

    default_backend()

    _library = msoffcrypto


def decrypt(stream: BinaryIO, password: str, target: Path) -> str:
    """Write the file in `stream` without its protection to `target`; the type of that.

    Raises PasswordNeeded for a wrong password, ConversionFailed.
    """
    assert _library is not None, "the child was not started for passwords"
    failures = _library.exceptions
    try:
        stream.seek(0)
        file: Any = _library.OfficeFile(stream)
        if file.format == "ooxml":
            file.load_key(password=password, verify_password=True)
        else:
            file.load_key(password=password)
        with target.open("w+b") as out:
            file.decrypt(out)
            out.seek(0)
            return sniff(out.read(HEAD_BYTES), out).mime_type
    except failures.InvalidKeyError:
        raise PasswordNeeded(
            Message(
                "The password does not open the file. "
                "Try again, and mind capitals, spaces and the keyboard’s layout."
            )
        ) from None
    except failures.FileFormatError:
        raise ConversionFailed(
            Message(
                "Files of this kind can’t be opened with a password here. Upload a copy without "
                "one."
            )
        ) from None
    except (failures.DecryptionError, failures.ParseError) as error:
        # Old formats tell a wrong password only so.
        if "assword" in str(error) or "key" in str(error).lower():
            raise PasswordNeeded(
                Message(
                    "The password does not open the file. "
                    "Try again, and mind capitals, spaces and the keyboard’s layout."
                )
            ) from None
        raise _damaged(error) from None
    except (OSError, ValueError, LookupError, struct.error, AttributeError, TypeError) as error:
        raise _damaged(error) from None
    except UnsupportedFileType as error:
        raise ConversionFailed(error.message) from None


def _damaged(error: Exception) -> ConversionFailed:
    problem = f"{type(error).__name__}: {error}"[:200]
    return ConversionFailed(
        Message(
            "The protected file is damaged: {problem}. "
            "Open it in the program that made it, export it to PDF and upload that.",
            problem=problem,
        )
    )
