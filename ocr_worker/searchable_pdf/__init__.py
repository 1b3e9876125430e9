"""A document's searchable PDF: the original's pages with an invisible layer of their current text.

| module | what |
|---|---|
| `make` | a document's file in, its searchable PDF out |
| `overlay` | a PDF: its own bytes, followed by an update that adds the text |
| `from_images` | an image: its own data where PDF can hold it, as pages of a new file |
| `text_stream` | a layout as the content stream of a page |
| `place_text` | where each word of a layout goes: the pure part of it |
| `glyphless_font` | the font without shapes in which the text is set |
| `metadata` | what PDF/A demands besides: XMP and the output intent |

Nothing here parses an uploaded byte: the rendering child says what a page is, and the original's
bytes are copied unread.
"""
