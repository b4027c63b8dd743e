"""Answers: counted, read and written in any order, whole or not at all."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from athena_federation import Column, Connector, Table, Whole, batches, local
from athena_federation.local import Database
from athena_federation.results import FORMATS, Result

NUMBERS = pa.schema([("n", pa.int64()), ("word", pa.string())])
ROWS = [{"n": n, "word": None if n == 2 else f"w{n}"} for n in range(5)]


@pytest.fixture
def database() -> Iterator[Database]:
    columns = [Column(field.name, field.type) for field in NUMBERS]
    table = Table(name="numbers", columns=columns, partition=Whole(), read=lambda _: batches(ROWS, NUMBERS))
    with local.connect(Connector(name="sample", tables=[table])) as opened:
        yield opened


@pytest.fixture
def answer(database: Database) -> Iterator[Result]:
    with database.sql("SELECT n, word, n AS n FROM numbers ORDER BY 1") as result:
        yield result


def test_an_answer_has_its_columns_in_order_even_repeated_ones(answer: Result) -> None:
    assert answer.columns == ("n", "word", "n")
    assert answer.numeric == (True, False, True)
    assert answer.rows(2) == [(0, "w0", 0), (1, "w1", 1)]


def test_an_answer_can_be_read_in_any_order_and_again(answer: Result) -> None:
    half_read = answer.batches(2)
    assert next(half_read).num_rows == 2
    assert len(answer) == 5
    assert answer.arrow().num_rows == 5
    answer.write(io.BytesIO(), "csv")
    assert answer.rows() == answer.rows()
    assert sum(batch.num_rows for batch in half_read) == 3
    assert len(answer.pandas()) == 5


def test_an_answer_is_shown_as_a_table(answer: Result, capsys: pytest.CaptureFixture[str]) -> None:
    answer.show(3)
    assert capsys.readouterr().out.splitlines() == [
        "n ┃ word ┃ n", "━━╇━━━━━━╇━━", "0 │ w0   │ 0", "1 │ w1   │ 1", "2 │ NULL │ 2", "(3 of 5 rows)",
    ]  # fmt: skip
    answer.show()
    assert len(capsys.readouterr().out.splitlines()) == 7


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_and_a_stream_get_the_same_bytes(answer: Result, form: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    answer.write(stream, form)
    answer.write(tmp_path / "answer", form)
    assert (tmp_path / "answer").read_bytes() == stream.getvalue()
    assert os.listdir(tmp_path) == ["answer"]  # noqa: PTH208


def test_parquet_is_read_back_as_it_was(database: Database, tmp_path: Path) -> None:
    with database.sql("SELECT n, word FROM numbers ORDER BY n") as result:
        result.write(tmp_path / "answer.parquet", "parquet")
    assert pq.read_table(tmp_path / "answer.parquet").to_pylist() == ROWS


def test_a_file_that_cannot_be_written_leaves_the_old_one(answer: Result, tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    target.mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        answer.write(target, "csv")
    with pytest.raises(FileNotFoundError):
        answer.write(tmp_path / "nowhere" / "answer.csv", "csv")
    assert os.listdir(tmp_path) == ["answer.csv"]  # noqa: PTH208


def test_a_link_leads_to_the_file_that_is_replaced(answer: Result, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    answer.write(tmp_path / "link.csv", "csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("n,word,n_1\n")


def test_a_pipe_is_written_to_and_not_replaced(answer: Result, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    answer.write(pipe, "csv")
    reader.join()
    assert read[0].startswith("n,word,n_1\n0,w0,0\n")
    assert pipe.is_fifo()


def test_a_plan_can_be_printed(database: Database) -> None:
    assert str(database.explain("SELECT n FROM numbers")).splitlines()[0] == "table       sample.sample.numbers"
    assert str(database.explain("SELECT 1 AS x")) == "no table of a connector is read"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", '[\n\t{"a":"NaN","b":"Infinity","c":"-Infinity","d":1.5,"e":null}\n]\n'),
        ("ndjson", '{"a":"NaN","b":"Infinity","c":"-Infinity","d":1.5,"e":null}\n'),
        ("csv", "a,b,c,d,e\nNaN,Infinity,-Infinity,1.5,\n"),
    ],
)
def test_numbers_that_are_not_finite_are_written_by_name(database: Database, form: str, text: str) -> None:
    """JSON has no such numbers, and Athena's CSV calls them so."""
    stream = io.BytesIO()
    with database.sql("SELECT 0e0 / 0 AS a, 1e0 / 0 AS b, -1e0 / 0 AS c, 1.5e0 AS d, CAST(NULL AS double) AS e") as odd:
        odd.write(stream, form)
    assert stream.getvalue().decode() == text


def test_a_file_that_is_written_anew_is_readable_for_nobody_else(answer: Result, tmp_path: Path) -> None:
    kept = tmp_path / "answer.csv"
    kept.touch(mode=0o600)
    answer.write(kept, "csv")
    assert kept.stat().st_mode & 0o777 == 0o600
