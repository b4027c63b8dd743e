"""The euro's reference rates, one partition per day, no key needed: `python examples/ecb.py`."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import urllib3

from athena_federation import Column, Connector, Corrupt, Daily, Scan, SourceError, Table, batches, local

COLUMNS = [
    Column("day", pa.date32(), "The day the rate was set."),
    Column("currency", pa.string(), "ISO 4217 code."),
    Column("rate", pa.float64(), "Units of the currency for one euro."),
]
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])
HTTP = urllib3.PoolManager(timeout=30, retries=False)


def read_rates(scan: Scan) -> Iterator[pa.RecordBatch]:
    """One day, one call."""
    url = os.environ.get("ECB_URL", "https://data-api.ecb.europa.eu") + "/service/data/EXR/D..EUR.SP00.A"
    asked = {"startPeriod": str(scan.day), "endPeriod": str(scan.day), "format": "csvdata"}
    try:
        answer = HTTP.request("GET", url, fields=asked, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        raise SourceError(f"rates of {scan.day}: the ECB was not reached ({type(error).__name__})") from error
    if answer.status == 404:  # none on weekends and holidays: https://data.ecb.europa.eu/help/api/status-codes
        return
    if answer.status != 200:
        raise SourceError(f"rates of {scan.day}: the ECB answered with HTTP status {answer.status}")
    yield from batches(map(rate, csv.DictReader(answer.data.decode().splitlines())), SCHEMA)


def rate(line: dict[str, str]) -> dict[str, object]:
    """A line of the answer as a row."""
    try:
        day = date.fromisoformat(line["TIME_PERIOD"])
        return {"day": day, "currency": line["CURRENCY"], "rate": float(line["OBS_VALUE"])}
    except (KeyError, TypeError, ValueError) as error:
        raise Corrupt("the ECB's answer is not CSV with TIME_PERIOD, CURRENCY and OBS_VALUE") from error


days = Daily("day", since=date(1999, 1, 4), newest=7)
rates = Table(name="rates", doc="One row per currency and day.", columns=COLUMNS, partition=days, read=read_rates)
connector = Connector(name="ecb", tables=[rates])

if __name__ == "__main__":
    with local.connect(connector) as db:
        db.sql("""SELECT day, rate FROM rates
                  WHERE currency = 'CHF' AND day BETWEEN DATE '2024-03-27' AND DATE '2024-04-03' ORDER BY day""").show()
