"""Issues of GitHub repositories, page by page: `GITHUB_REPOSITORIES=owner/name,… python examples/github.py`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from itertools import count

import pyarrow as pa
import urllib3

from athena_federation import Column, Connector, Listed, Scan, Table, batches, local
from athena_federation.errors import SourceError, Throttled, Unauthorized

COLUMNS = [
    Column("repository", pa.string(), "Owner and name."),
    Column("number", pa.int64(), "As in #12."),
    Column("state", pa.string(), "open or closed."),
    Column("title", pa.string(), "Its first line."),
    Column("opened", pa.date32(), "The day, UTC."),
]
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS[1:]])  # the repository is filled in
HTTP = urllib3.PoolManager(timeout=30, retries=False)
PAGE = 100
REFUSALS = {401: Unauthorized, 403: Throttled, 429: Throttled}


def read_issues(scan: Scan) -> Iterator[pa.RecordBatch]:
    """Page after page, until one is not full."""
    for page in count(1):
        issues = fetch(str(scan.partition["repository"]), page)
        yield from batches(({**each, "opened": date.fromisoformat(each["created_at"][:10])} for each in issues), SCHEMA)
        if len(issues) < PAGE:
            return


def fetch(repository: str, page: int) -> list[dict[str, str]]:
    """One page: https://docs.github.com/en/rest/issues/issues. The token is read here, where it is used."""
    url = f"{os.environ.get('GITHUB_URL', 'https://api.github.com')}/repos/{repository}/issues"
    headers = {"User-Agent": "example", "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}"}
    asked = {"state": "all", "sort": "created", "direction": "asc", "per_page": str(PAGE), "page": str(page)}
    answer = HTTP.request("GET", url, fields=asked, headers=headers, redirect=False)
    if answer.status != 200:
        refusal = REFUSALS.get(answer.status, SourceError)
        raise refusal(f"issues of {repository}, page {page}: GitHub answered with HTTP status {answer.status}")
    return list(json.loads(answer.data))


listed = Listed(("repository",), lambda: [{"repository": r} for r in os.environ["GITHUB_REPOSITORIES"].split(",")])
issues = Table(name="issues", doc="And pull requests.", columns=COLUMNS, partition=listed, read=read_issues)
connector = Connector(name="github", tables=[issues])

if __name__ == "__main__":
    with local.connect(connector) as db:
        db.sql("SELECT repository, state, count(*) AS issues FROM issues GROUP BY 1, 2 ORDER BY 1, 2").show()
