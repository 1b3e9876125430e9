"""Do the ALTO and hOCR files of a running site keep their formats' rules?

    python -m tests.benchmarks.exchange_formats --site http://127.0.0.1:8081 --schema alto-4-4.xsd

The token is `OCRSITE_TOKEN`. Every document that has been read is asked for. The schema of ALTO is
at github.com/altoxml/schema (v4/alto-4-4.xsd); its import of XLink, of which the product's files
have nothing, is answered from here.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from lxml import etree

from tests.documents.exports.hocr_rules import find_faults

#: What ALTO takes of http://www.loc.gov/standards/xlink/xlink.xsd.
_XLINK = """<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 targetNamespace="http://www.w3.org/1999/xlink"><xsd:attributeGroup name="simpleLink">
<xsd:attribute name="type" type="xsd:string" fixed="simple" form="qualified"/>
<xsd:attribute name="href" type="xsd:anyURI" form="qualified"/>
<xsd:attribute name="title" type="xsd:string" form="qualified"/>
</xsd:attributeGroup></xsd:schema>"""


class _XLink(etree.Resolver):  # type: ignore[misc]
    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        return self.resolve_string(_XLINK, context) if url.endswith("xlink.xsd") else None


def load_schema(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_XLink())
    return etree.XMLSchema(etree.parse(path, parser))


def list_read(session: requests.Session, site: str) -> Iterator[dict[str, Any]]:
    address = "/api/v1/documents/?status=ready&status=partial&page_size=200"
    while address:
        answer = session.get(site + address, timeout=60).json()
        yield from answer["results"]
        address = answer["next"]


def fetch(session: requests.Session, address: str) -> bytes:
    while True:
        answer = session.get(address, headers={"Prefer": "wait=50"}, timeout=90)
        if answer.status_code != 202:
            answer.raise_for_status()
            return answer.content


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://127.0.0.1:8081")
    parser.add_argument("--schema", type=Path, required=True)
    given = parser.parse_args()
    schema, wrong = load_schema(given.schema), 0
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {os.environ['OCRSITE_TOKEN']}"
    files = pages = 0
    for document in list_read(session, given.site):
        links = document["links"]
        alto = fetch(session, given.site + links["result_alto_xml"])
        hocr = fetch(session, given.site + links["result_hocr"])
        schema.validate(etree.fromstring(alto))
        faults = [str(error) for error in schema.error_log] + find_faults(hocr)
        print(f"{document['filename']}: {document['page_count']} pages, {len(faults)} faults")
        for fault in faults[:10]:
            print(f"    {fault}")
        files, pages, wrong = files + 1, pages + document["page_count"], wrong + bool(faults)
    print(f"{files} documents, {pages} pages: {wrong} with faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
