"""CSV files as people export them: every row, or an error that names the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from athena_federation import csv_file
from athena_federation.errors import QueryError


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("delimiter", csv_file.DELIMITERS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_first_line_tells_the_delimiter_and_the_names(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = ["Employee Email", "Dept"], ["a@example.com", "Sales"], ["b@example.com", ""]
    table = csv_file.read(written(tmp_path, "\ufeff" + end.join(delimiter.join(line) for line in lines) + end * 2))
    assert table.to_pylist() == [
        {"employee_email": "a@example.com", "dept": "Sales"},
        {"employee_email": "b@example.com", "dept": ""},
    ]


def test_quoted_values_hold_anything(tmp_path: Path) -> None:
    table = csv_file.read(written(tmp_path, 'name,note\n"Meyer, ""Daan""","two\nlines\u2028and\x85more"\n'))
    assert table.to_pylist() == [{"name": 'Meyer, "Daan"', "note": "two\nlines\u2028and\x85more"}]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('email,dept\na,Eng\nb,"Ops\nc,Fin\nd,HR\n', "quotation mark"),
        ("email,dept\na,Eng\nb\n", "line 3: 1 values, where the header names 2"),
        ("email,dept\na,Eng,more\n", "line 2: 3 values"),
        ("email,Email\n", "names the column email more than once"),
        ("email,,dept\n", "column 2 has no name"),
        ("", "empty"),
        (b"email\n\xff\n", "not text in UTF-8"),
    ],
)
def test_a_file_that_would_lose_rows_is_an_error(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    with pytest.raises(QueryError, match=complaint):
        csv_file.read(written(tmp_path, text))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="No such file"):
        csv_file.read(tmp_path / "none.csv")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(cells, cells)))
def test_what_is_quoted_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    quoted = "".join('"{}","{}"\n'.format(*(cell.replace('"', '""') for cell in row)) for row in rows)
    path = written(tmp_path_factory.mktemp("csv"), "a,b\n" + quoted)
    assert [(row["a"], row["b"]) for row in csv_file.read(path).to_pylist()] == rows
