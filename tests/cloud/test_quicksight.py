"""The QuickSight assets and dashboard.yaml: whole, as the service's model wants them, and true to the tables."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from tests.cloud import quicksight_checks as checks
from tests.cloud.quicksight_yaml import loaded

from slackanalytics.cloud import intrinsics
from slackanalytics.cloud.quicksight import Place, requests, resources
from slackanalytics.cloud.quicksight_data import HR_SQL, KEPT, SLACK_SQL
from slackanalytics.cloud.quicksight_template import TEMPLATE, renewed
from slackanalytics.cloud.roster_upload import COLUMNS
from slackanalytics.database import SlackDatabase, connect

EXPECTED = Path(__file__).parent / "expected" / "quicksight.json"
TODAY = "2026-11-25"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> SlackDatabase:
    home = str(tmp_path_factory.mktemp("home"))
    return connect(source="demo", environment={"HOME": home, "SLACKANALYTICS_TODAY": TODAY})


def substituted(sql: str, days: int = 7) -> str:
    return str(intrinsics.evaluated({"Fn::Sub": sql}, {**checks.PLACE.names(), "DashboardDays": days}, {}))


def test_nothing_is_wrong_with_the_template() -> None:
    assert checks.problems(loaded(TEMPLATE.read_text(encoding="utf-8"))) == []


def test_the_template_holds_what_the_source_makes() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m slackanalytics.cloud.quicksight_template"
    found = loaded(text)["Resources"]
    assert {name: found[name] for name in resources()} == resources()


def test_the_template_passes_cfn_lint() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", "-t", TEMPLATE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_assets_are_those_that_were_looked_at_last() -> None:
    """Changed on purpose: `python -m tests.cloud.test_quicksight` writes the file anew, and the difference is read."""
    assert canonical() == EXPECTED.read_text(encoding="utf-8")


def canonical() -> str:
    return json.dumps({asset.kind: request for asset, request in requests(checks.PLACE)}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"  # fmt: skip


def test_rows_asked_for_directly_need_no_refresh() -> None:
    place = Place(account=checks.ACCOUNT, region=checks.REGION, owner=checks.PLACE.owner, import_mode="DIRECT_QUERY")
    made = {asset.kind: request for asset, request in requests(place)}
    assert set(made) == {"DataSource", "DataSet", "Theme", "Dashboard"}
    assert made["DataSet"]["ImportMode"] == "DIRECT_QUERY"
    assert "RoleArn" not in made["DataSource"]["DataSourceParameters"]["AthenaParameters"]
    assert len(made["Dashboard"]["Permissions"]) == 1


def test_yaml_as_it_is_laid_out_reads_as_it_was() -> None:
    tree = {
        "Plain": "text", "Colon": "a: b", "Colour": "#FFFFFF", "Number": "12", "Boolean": "true", "Empty": "",
        "Lines": "a\n  b: c\n", "NoEnd": "a\nb", "Quotes": "'\"{}", "Nothing": None, "Yes": True, "Half": 0.5,
        "List": [{"A": ["x" * 60, {"B": "y" * 60}]}, ["z"], []], "Map": {},
        "If": intrinsics.when("C", {"K": "v" * 120}, intrinsics.NO_VALUE), "Att": intrinsics.att("R", "A"),
        "Sub": intrinsics.sub("SELECT\n  ${A}"),
    }  # fmt: skip
    assert loaded(intrinsics.laid_out(tree)) == tree
    assert yaml.safe_load(intrinsics.laid_out({"a": {"b": [1, {"c": "d\ne"}]}})) == {"a": {"b": [1, {"c": "d\ne"}]}}


def test_the_slack_statement_reads_the_days_asked_for_and_no_others(database: SlackDatabase) -> None:
    (table,) = database.explain(substituted(SLACK_SQL)).tables
    assert table.bounded
    assert {str(day) for day in table.partitions.column("date").to_pylist()} == {
        f"2026-11-{day}" for day in range(18, 25)
    }


def test_the_roster_statement_gives_each_address_once_with_where_the_person_is_today(database: SlackDatabase) -> None:
    rows = [
        {"employee_email": "Ada@example.com ", "department": "Sales", "employee_number": "007"},
        {"employee_email": "ada@example.com", "department": "Marketing", "employee_number": "007", "effective_from": "2026-06-01"},
        {"employee_email": "ada@example.com", "department": "Finance", "employee_number": "007", "effective_from": "2027-01-01"},
        {"employee_email": "ben@example.com", "department": ""},
        {"employee_email": "", "department": "Ghosts"},
    ]  # fmt: skip
    register(database, [{name: row.get(name, "") for name in COLUMNS} for row in rows])
    with database.sql(substituted(HR_SQL)) as result:
        assert sorted(result.rows()) == [
            ("ada@example.com", "007", "Marketing", None),
            ("ben@example.com", None, None, None),
        ]


def register(database: SlackDatabase, rows: list[dict[str, str]]) -> None:
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS})
    database.register("awsdatacatalog.slackanalytics_hr.hr_dataset", table)


def test_the_joined_rows_count_people_as_slack_has_them(database: SlackDatabase) -> None:
    """The data set as QuickSight makes it of the two statements, against counts made otherwise."""
    with database.sql(
        "SELECT DISTINCT email_address FROM member_analytics WHERE date = '2026-11-20' AND NOT is_guest"
    ) as found:
        addresses = [str(address) for (address,) in found.rows()]
    people = [
        {"employee_email": address.upper(), "employee_number": str(number), "department": f"D{number % 3}"}
        for number, address in enumerate(addresses[: len(addresses) // 2])
    ]
    register(database, [{name: row.get(name, "") for name in COLUMNS} for row in people])
    made = f"""
        SELECT coalesce(r.employee_number, r.employee_email, s.user_id) AS employee,
               CASE WHEN s.is_guest = 'true' THEN 'Guest accounts' ELSE coalesce(r.department, 'Unmatched') END AS department,
               s.is_active
        FROM ({substituted(SLACK_SQL)}) AS s LEFT JOIN ({substituted(HR_SQL)}) AS r ON s.email_address = r.employee_email"""
    counted = (
        f"SELECT count(*), count(DISTINCT employee), count(DISTINCT IF(is_active = 'true', employee)) FROM ({made})"
    )
    slack = """SELECT count(*), count(DISTINCT user_id), count(DISTINCT IF(is_active, user_id)) FROM member_analytics
               WHERE date >= '2026-11-18'"""
    with database.sql(counted) as ours, database.sql(slack) as theirs:
        assert ours.rows() == theirs.rows()
    with database.sql(f"SELECT DISTINCT department FROM ({made}) ORDER BY 1") as departments:
        assert [name for (name,) in departments.rows()] == ["D0", "D1", "D2", "Guest accounts", "Unmatched"]


def test_no_address_remains_in_the_data_set() -> None:
    assert not [name for name in KEPT if "mail" in name or name == "user_id"]


if __name__ == "__main__":
    EXPECTED.write_text(canonical(), encoding="utf-8")
