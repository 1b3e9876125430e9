"""Office files become PDFs: LibreOffice, in a jailed child of its own for each file.

| module | does |
|---|---|
| `converter` | the parent's side: one child a file, the next one started ahead |
| `child` | the program: closes the jail, starts LibreOffice in it, converts one file |
| `libreoffice`, `profile`, `find_libreoffice` | LibreOffice: its interface, settings, place |
| `make_pages` | what is done with each kind of file |
| `flat_text`, `web_page`, `spreadsheet` | texts and tables made ready; sheets that fit pages |
| `stored_values` | dates and other fields as they were when the file was saved |
| `speaker_notes` | pages for the notes of presentations |
| `tracked_changes` | texts without what their authors have deleted |
| `comments` | what people have remarked on a text, printed after it |
| `office_jail` | what the child may read and which system calls it may make |
"""

from __future__ import annotations

from .converter import Converter

__all__ = ["Converter"]
