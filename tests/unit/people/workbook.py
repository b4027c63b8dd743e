"""Workbooks as spreadsheet programs write them, made by hand: what Office Open XML requires, and nothing else."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | int | float | bool | date | None
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HIDDEN = ' state="hidden"'
DATE_STYLE = 1
"""The second cell format of STYLES: number format 14, which is a date."""
STYLES = f"""<styleSheet xmlns="{SPREADSHEET}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"""


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet."""

    rows: Sequence[Sequence[Cell]]
    hidden: bool = False


def write(path: Path, pages: Mapping[str, Page | Sequence[Sequence[Cell]]]) -> Path:
    """A workbook with these sheets, in this order."""
    sheets = [(name, page if isinstance(page, Page) else Page(page)) for name, page in pages.items()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", content_types(len(sheets)))
        book.writestr("_rels/.rels", relations([("officeDocument", "xl/workbook.xml")]))
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"{HIDDEN if page.hidden else ""}/>'
            for n, (name, page) in enumerate(sheets, start=1)
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
        book.writestr("xl/_rels/workbook.xml.rels", relations([*parts, ("styles", "styles.xml")]))
        book.writestr("xl/styles.xml", STYLES)
        for n, (_, page) in enumerate(sheets, start=1):
            book.writestr(f"xl/worksheets/sheet{n}.xml", sheet(page.rows))
    return path


def content_types(count: int) -> str:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, count + 1)]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{main}.{kind}+xml"/>' for name, kind in parts)
    relation = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{relation}{overrides}</Types>'


def relations(parts: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(parts, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def sheet(rows: Sequence[Sequence[Cell]]) -> str:
    data = "".join(
        f'<row r="{number}">{"".join(cell(value, number, place) for place, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=1)
        if row
    )
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{data}</sheetData></worksheet>'


def cell(value: Cell, row: int, place: int) -> str:
    at = f"{chr(ord('A') + place)}{row}"
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
        case date():
            return f'<c r="{at}" s="{DATE_STYLE}"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        case int() | float():
            return f'<c r="{at}"><v>{value}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
