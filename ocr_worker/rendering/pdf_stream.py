"""Give pdfium a file that is open already: it reads the pieces it wants, by offset.

Runs only in the child process.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any, BinaryIO

import pypdfium2 as pdfium
import pypdfium2.raw as c
from pypdfium2.internal import ErrorToStr


def _read_block(param: int | None, position: int, target: Any, size: int) -> int:
    """pdfium's `m_GetBlock`; `param` is the file's descriptor. 1 where all `size` bytes came."""
    memory = (ctypes.c_char * size).from_address(ctypes.addressof(target.contents))
    try:
        return int(os.preadv(param or 0, [memory], position) == size)
    except OSError:
        return 0


#: One for all files, made before the jail closes: a callback is code, and needs memory for it.
_GET_BLOCK = dict(c.FPDF_FILEACCESS._fields_)["m_GetBlock"](_read_block)


def open_document(stream: BinaryIO) -> pdfium.PdfDocument:
    """The PDF in `stream`, which must stay open as long. Raises pdfium.PdfiumError."""
    file = stream.fileno()
    access = c.FPDF_FILEACCESS()
    access.m_FileLen = os.fstat(file).st_size
    access.m_GetBlock = _GET_BLOCK
    access.m_Param = file
    document = c.FPDF_LoadCustomDocument(access, None)  # copies `access`
    if c.FPDF_GetPageCount(document) < 1:
        code = c.FPDF_GetLastError()
        if document:
            c.FPDF_CloseDocument(document)
        raise pdfium.PdfiumError(ErrorToStr.get(code, ""), err_code=code)
    return pdfium.PdfDocument(document)
