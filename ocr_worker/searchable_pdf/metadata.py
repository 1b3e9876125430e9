"""What PDF/A-2b demands besides: metadata (XMP), an output intent, an id of the file.

The sRGB profile beside this module was made by LittleCMS (Pillow's ImageCms), with its date set to
that of the format, so that the same document makes the same file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from documents.exports.xml_text import xml_text
from ocr_worker.rendering.pdf_objects import ObjectWriter

PDFA = "pdfa-2b"
PRODUCER = "ocrsite"

_XML = b"/Type/Metadata/Subtype/XML"
_CONFORMANCE = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
_PROFILE = Path(__file__).with_name("srgb.icc")

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<pdf:Producer>{producer}</pdf:Producer>
{conformance}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def write_archival_entries(writer: ObjectWriter, title: str, system: str = PRODUCER) -> bytes:
    """Write what PDF/A needs; the entries of the catalog that name it. `system`: what made it."""
    packet = _build_packet(title, system, _CONFORMANCE)
    # Readable for programs that know nothing of PDF.
    metadata = writer.write_stream(packet, _XML, compress=False)
    profile = writer.write_stream(_PROFILE.read_bytes(), b"/N 3")
    return (
        b"/Metadata %d 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier"
        b"(sRGB)/Info(sRGB)/DestOutputProfile %d 0 R>>]" % (metadata, profile)
    )


def write_metadata(writer: ObjectWriter, title: str, system: str = PRODUCER) -> bytes:
    """Write the metadata of a new file; the entry of the catalog that names them."""
    packet = _build_packet(title, system, "")
    return b"/Metadata %d 0 R" % writer.write_stream(packet, _XML, compress=False)


def _build_packet(title: str, system: str, conformance: str) -> bytes:
    return _XMP.format(
        title=xml_text(title), producer=xml_text(system), conformance=conformance
    ).encode()


def build_id(*parts: object) -> bytes:
    """The trailer's /ID of a file made of `parts`."""
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:32].encode()
    return b"/ID[<%s><%s>]" % (digest, digest)


def write_info(writer: ObjectWriter, title: str, system: str = PRODUCER) -> int:
    """The description that old readers show; it says what the metadata say."""
    return writer.write(b"<</Title%s/Producer%s>>" % (_encode(title), _encode(system)))


def _encode(text: str) -> bytes:
    return b"<feff" + text.encode("utf-16-be", "replace").hex().encode() + b">"
