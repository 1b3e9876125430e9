"""Small office files, written as XML for what no library at hand can write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

import docx

_NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPE = "application/vnd.openxmlformats-officedocument.presentationml."
_COLOURS = "<p:clrMap " + " ".join(
    f'{name}="{value}"'
    for name, value in (
        ("bg1", "lt1"), ("tx1", "dk1"), ("bg2", "lt2"), ("tx2", "dk2"),
        *((f"accent{number}", f"accent{number}") for number in range(1, 7)),
        ("hlink", "hlink"), ("folHlink", "folHlink"),
    )
) + "/>"  # fmt: skip


def run(text: str, kind: str = "t") -> str:
    """A run of a DOCX."""
    return f'<w:r><w:{kind} xml:space="preserve">{text}</w:{kind}></w:r>'


def field(code: str, shown: str) -> str:
    """A field of a DOCX whose stored text is `shown`."""
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in _MARKS}
    return (
        f"{marks['begin']}{run(f' {code} ', 'instrText')}{marks['separate']}{run(shown)}"
        f"{marks['end']}"
    )


_MARKS = ("begin", "separate", "end")


def make_docx(marked: str) -> bytes:
    """A document of one paragraph, which holds the runs `marked`."""
    document = docx.Document()
    document.add_paragraph("REPLACED")
    plain, target = io.BytesIO(), io.BytesIO()
    document.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part, content.replace(b"<w:r><w:t>REPLACED</w:t></w:r>", marked.encode()))
    return target.getvalue()


def make_package(parts: Mapping[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def make_odf(kind: str, content: str) -> bytes:
    """An OpenDocument package of that kind ("text", "presentation") with `content` as its body."""
    media = f"application/vnd.oasis.opendocument.{kind}"
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{value}:1.0"'
        for name, value in (
            ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
            ("presentation", "presentation"), ("style", "style"),
            ("svg", "svg-compatible"),
        )
    )  # fmt: skip
    return make_package(
        {
            "mimetype": media,
            "content.xml": f'<?xml version="1.0"?><office:document-content {names} '
            f'office:version="1.3"><office:body><office:{kind}>{content}</office:{kind}>'
            "</office:body></office:document-content>",
            "META-INF/manifest.xml": '<?xml version="1.0"?><manifest:manifest xmlns:manifest='
            '"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{media}"'
            '/><manifest:file-entry manifest:full-path="content.xml" '
            'manifest:media-type="text/xml"/></manifest:manifest>',
        }
    )


def make_pptx(slides: Iterable[tuple[str, str, bool]]) -> bytes:
    """A presentation. Of each slide: runs (`slide_run`), the speaker's notes, whether it is
    hidden."""
    parts: dict[str, str] = {}
    kinds = {
        "presentation": "presentation.main",
        "slideMasters/slideMaster1": "slideMaster",
        "slideLayouts/slideLayout1": "slideLayout",
        "notesMasters/notesMaster1": "notesMaster",
    }
    layout, master = "slideLayouts/slideLayout1.xml", "slideMasters/slideMaster1.xml"
    notes_master, shown = "notesMasters/notesMaster1.xml", []
    body = '<p:ph type="body" idx="1"/>'
    for number, (runs, notes, is_hidden) in enumerate(slides, 1):
        kinds[f"slides/slide{number}"] = "slide"
        attribute = ' show="0"' if is_hidden else ""
        parts[f"slides/slide{number}.xml"] = _sheet("sld", _shape(runs), "", attribute)
        related = [("slideLayout", f"../{layout}")]
        if notes:
            name = f"notesSlides/notesSlide{number}"
            kinds[name] = "notesSlide"
            related.append(("notesSlide", f"../{name}.xml"))
            parts[f"{name}.xml"] = _sheet("notes", _shape(slide_run(notes), body))
            parts[f"notesSlides/_rels/notesSlide{number}.xml.rels"] = _relate(
                ("notesMaster", f"../{notes_master}"), ("slide", f"../slides/slide{number}.xml")
            )
        parts[f"slides/_rels/slide{number}.xml.rels"] = _relate(*related)
        shown.append(("slide", f"slides/slide{number}.xml"))
    layouts = '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'
    parts[master] = _sheet("sldMaster", "", _COLOURS + layouts)
    parts["slideMasters/_rels/slideMaster1.xml.rels"] = _relate(("slideLayout", f"../{layout}"))
    parts[layout] = _sheet("sldLayout", "")
    parts["slideLayouts/_rels/slideLayout1.xml.rels"] = _relate(("slideMaster", f"../{master}"))
    parts[notes_master] = _sheet("notesMaster", _shape("", body), _COLOURS)
    ids = "".join(f'<p:sldId id="{256 + at}" r:id="rId{3 + at}"/>' for at in range(len(shown)))
    parts["presentation.xml"] = (
        f'<?xml version="1.0"?><p:presentation {_NAMES}><p:sldMasterIdLst><p:sldMasterId '
        'id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:notesMasterIdLst><p:notesMasterId '
        f'r:id="rId2"/></p:notesMasterIdLst><p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="9144000" '
        'cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )
    parts["_rels/presentation.xml.rels"] = _relate(
        ("slideMaster", master), ("notesMaster", notes_master), *shown
    )
    overrides = "".join(
        f'<Override PartName="/ppt/{name}.xml" ContentType="{_TYPE}{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    return make_package(
        {
            "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f"{overrides}</Types>",
            "_rels/.rels": _relate(("officeDocument", "ppt/presentation.xml")),
            **{f"ppt/{name}": content for name, content in parts.items()},
        }
    )


def slide_run(text: str) -> str:
    return f"<a:r><a:t>{text}</a:t></a:r>"


def _sheet(tag: str, shapes: str, behind: str = "", attribute: str = "") -> str:
    return (
        f'<?xml version="1.0"?><p:{tag} {_NAMES}{attribute}><p:cSld><p:spTree><p:nvGrpSpPr>'
        '<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{shapes}</p:spTree></p:cSld>{behind}</p:{tag}>"
    )


def _shape(runs: str, placeholder: str = "") -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="s"/><p:cNvSpPr/><p:nvPr>{placeholder}</p:nvPr>'
        '</p:nvSpPr><p:spPr><a:xfrm><a:off x="500000" y="900000"/><a:ext cx="6000000" '
        'cy="800000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f"<p:txBody><a:bodyPr/><a:p>{runs}</a:p></p:txBody></p:sp>"
    )


def _relate(*targets: tuple[str, str]) -> str:
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}relationships">{related}'
        "</Relationships>"
    )
