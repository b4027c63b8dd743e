"""Workbooks of spreadsheet programs (XLSX, XLSM, XLSB, XLS, ODS) as text.

Of numbers the text is what the cell means, not what it looks like: 1234.0 is `1234`. A number that has lost its leading
zeros is beyond recovery; a text that still has them keeps them.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from athena_federation.errors import ConfigurationError, QueryError
from slackanalytics.people.sheets import SOUGHT, Recognised, Row, Sheet, header_of


def read(path: Path, data: bytes, recognised: Recognised) -> Sheet:
    """
    The first visible sheet of a workbook whose header is known; the first with anything in it, where none is.

    Raises QueryError where the workbook cannot be read; ConfigurationError where the library for it is missing.
    """
    try:
        import python_calamine
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{path}: reading a workbook needs python-calamine; install slackanalytics[cli], or save the sheet as CSV"
        ) from error
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        sheets = {name: _rows(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in visible}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise QueryError(
            f"{path}: cannot be read as a workbook ({error}); if a password protects it, save it without, or as CSV"
        ) from error
    filled = {name: rows for name, rows in sheets.items() if rows}
    if not filled:
        raise QueryError(f"{path}: no visible sheet has anything in it")
    known = {name: max(recognised(cells) for _, cells in rows[:SOUGHT]) for name, rows in filled.items()}
    chosen = next((name for name, count in known.items() if count), next(iter(filled)))
    rows = filled[chosen]
    index = header_of([cells for _, cells in rows], recognised)
    others = [name for name in filled if name != chosen]
    return Sheet(
        header=rows[index][1],
        rows=tuple(rows[index + 1 :]),
        form=f"sheet {chosen!r} of a workbook" + (f", header in row {rows[index][0]}" if rows[index][0] > 1 else ""),
        unit="row",
        skipped=rows[index][0] - 1,
        notes=(f"sheets not read: {', '.join(others)}",) if others else (),
    )


def _rows(cells: list[list[Any]]) -> list[Row]:
    found = [(number, tuple(map(text_of, row))) for number, row in enumerate(cells, start=1)]
    return [(number, row) for number, row in found if any(map(str.strip, row))]


def text_of(cell: Any) -> str:
    """What a cell means, as text."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)
