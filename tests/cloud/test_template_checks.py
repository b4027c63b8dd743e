"""The templates: every name leads to the right thing, every policy says what is meant, and what would be made was reviewed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.cloud import guard_rules, template_checks, template_functions
from tests.cloud.quicksight_yaml import loaded
from tests.cloud.template_expected import FOLDER, differences, shipped_texts
from tests.cloud.template_policies import Principal, Request, World, holds, matches
from tests.cloud.template_resolver import ACCOUNT, Dangling, Stack, resolved
from tests.cloud.template_scenarios import SCENARIOS, WHOLE, stacks

import slackanalytics
from slackanalytics import people
from slackanalytics.cloud import roster_upload
from slackanalytics.cloud.deployment import PACKAGES
from slackanalytics.simulator import Simulator, write_roster

TEXTS = shipped_texts()
TODAY = date(2026, 11, 25)
QUERY = "AWS::Athena::NamedQuery"


@pytest.fixture(scope="module")
def everything() -> list[Stack]:
    return stacks("with-everything", TEXTS)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_cfn_lint_finds_no_errors_and_no_warnings(name: str) -> None:
    assert template_checks.lint({name: TEXTS[name]}) == []


def test_our_rules_in_guards_language_hold() -> None:
    assert template_checks.guard(TEXTS) == []


def test_a_rule_that_does_not_hold_is_named() -> None:
    template = loaded(TEXTS["connector"])
    del template["Resources"]["Spill"]["Properties"]["BucketEncryption"]
    template["Resources"]["Catalog"]["Properties"]["Parameters"] = {}
    assert guard_rules.broken(template) == ["buckets_are_encrypted_and_closed", "the_catalog_is_a_function"]


def test_parameters_are_described_bounded_and_grouped() -> None:
    assert template_checks.parameters(TEXTS) == []


def test_every_name_leads_to_the_right_thing_in_each_deployment() -> None:
    assert template_checks.deployments(TEXTS) == []


def test_exactly_those_who_are_meant_may() -> None:
    assert template_checks.access(TEXTS) == []


def test_what_would_be_made_is_what_was_reviewed() -> None:
    found = differences(TEXTS)
    assert found == [], "look at it, then: python -m tests.cloud.template_expected, and review its diff"


def test_there_is_a_reviewed_file_for_each_deployment_and_no_other() -> None:
    assert {path.stem.removesuffix("-access") for path in FOLDER.iterdir()} == set(SCENARIOS)


def test_every_setting_is_given_to_a_function_or_it_is_said_why_not(everything: list[Stack]) -> None:
    given = {
        name
        for scenario in SCENARIOS
        for stack in stacks(scenario, TEXTS)
        for function in stack.of("AWS::Lambda::Function")
        for name in function.properties["Environment"]["Variables"]
    }
    reasoned = {*template_functions.ELSEWHERE, *template_functions.OPTIONAL}
    read = template_functions.SETTINGS | template_functions.OF_THE_SDK | template_functions.OF_THE_SIMULATOR
    assert given | reasoned == read
    assert given & reasoned <= {"SLACKANALYTICS_TODAY"}


def test_what_the_functions_read_is_found_in_their_code() -> None:
    assert {"spill_bucket", "spill_prefix", "kms_key_id", "disable_spill_encryption"} <= template_functions.OF_THE_SDK
    assert {"SIMULATOR_MEMBERS", "SLACKANALYTICS_TODAY"} == template_functions.OF_THE_SIMULATOR


def test_packages_are_those_that_the_deployment_makes() -> None:
    keys = {name for text in TEXTS.values() for name in loaded(text)["Parameters"] if name.endswith("CodeKey")}
    assert keys == set(PACKAGES)


def test_named_queries_can_be_asked_here(
    everything: list[Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the simulator, with the roster in the form in which `deploy roster` puts it where Athena reads it."""
    monkeypatch.setenv("SLACKANALYTICS_TODAY", TODAY.isoformat())
    write_roster(Simulator(members=1_000, today=TODAY).company, TODAY, tmp_path / "as-it-came.csv")
    roster = tmp_path / "hr_dataset.csv"
    roster.write_bytes(roster_upload.as_csv(people.read(tmp_path / "as-it-came.csv", today=TODAY).rows))
    asked = {query.logical: query.properties["QueryString"] for stack in everything for query in stack.of(QUERY)}
    assert set(asked) == {"MembersByDay", "ThisMonth", "Departments", "DayStatus"}
    with slackanalytics.connect(source="demo") as database:
        database.register("slackanalytics_hr.hr_dataset", roster)
        for name, sql in asked.items():
            here = sql.replace('"AwsDataCatalog".', "")
            if name == "Departments":
                departments = {row[0]: row[1:] for row in database.sql(here).rows()}
            else:
                database.explain(here)
    assert len(departments) >= 8
    assert min(departments, key=lambda each: departments[each][2] if each != "Unmatched" else 1) == "Marketing"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Secrets.Outputs.SecretsKeyArn", "Secrets.Outputs.Key", "no output Key"),
        ("CodeKey: !Ref CodeKey", "Key: !Ref CodeKey", "no parameter Key"),
        ("CodeKey: !Ref CodeKey", "Source: slack", "CodeKey is not given"),
        ("LambdaMemory: !Ref LambdaMemory", "LambdaMemory: 12", "out of range"),
        ("TemplateURL: secrets.yaml", "TemplateURL: secret.yaml", "no template secret"),
    ],
)
def test_a_stack_within_that_does_not_fit_is_noticed(old: str, new: str, words: str) -> None:
    assert old in TEXTS["slackanalytics"]
    wrong = {**TEXTS, "slackanalytics": TEXTS["slackanalytics"].replace(old, new, 1)}
    with pytest.raises(Dangling, match=words):
        resolved("slackanalytics", wrong, WHOLE)


SOMEBODY = Principal("somebody", arn=f"arn:aws:iam::{ACCOUNT}:role/somebody")


def allowed(
    own: list[dict[str, object]], resting: list[dict[str, object]], *, key: bool = False, arn: str = "arn:x"
) -> bool:
    policy = {"Statement": resting}
    world = World(keys={arn: policy}) if key else World(policies=[(arn, policy)])
    asking = Principal("somebody", arn=SOMEBODY.arn, policies=({"Statement": own},))
    return world.allows(Request(asking, "kms:Decrypt", arn))


ANY: dict[str, object] = {"Action": "*", "Resource": "*"}
ACCOUNT_ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_nothing_is_allowed_that_nobody_allows_and_a_denial_goes_first() -> None:
    allow, deny = {"Effect": "Allow", **ANY}, {"Effect": "Deny", **ANY}
    assert not allowed([], [])
    assert allowed([allow], [])
    assert not allowed([allow, deny], [])
    assert not allowed([allow], [{**deny, "Principal": "*"}])
    assert allowed([], [{**allow, "Principal": {"AWS": SOMEBODY.arn}}])
    assert not allowed([], [{**allow, "Principal": ACCOUNT_ROOT}])
    assert not allowed([{"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"}], [])
    assert not allowed([{"Effect": "Allow", "Action": "*", "NotResource": "arn:*"}], [])


def test_a_keys_policy_decides_unless_it_leaves_it_to_the_account() -> None:
    allow: dict[str, object] = {"Effect": "Allow", **ANY}
    assert not allowed([allow], [], key=True)
    assert allowed([allow], [{**allow, "Principal": ACCOUNT_ROOT}], key=True)
    assert not allowed([], [{**allow, "Principal": ACCOUNT_ROOT}], key=True)
    assert allowed([], [{**allow, "Principal": {"AWS": SOMEBODY.arn}}], key=True)


@pytest.mark.parametrize(
    ("operator", "values", "value", "expected"),
    [
        ("StringEquals", "a", "a", True), ("StringEquals", ["a", "b"], "b", True), ("StringEquals", "a", None, False),
        ("StringNotEquals", "a", None, True), ("StringEqualsIfExists", "a", None, True), ("StringLike", "a*", "abc", True),
        ("ArnNotEquals", ["x", "y"], "y", False), ("ArnNotEquals", ["x", "y"], "z", True), ("ArnNotEquals", "x", None, True),
        ("Null", "true", None, True), ("Null", "true", "a", False), ("Bool", "false", "false", True), ("Bool", "false", "true", False),
    ],
)  # fmt: skip
def test_conditions_hold_as_aws_says(operator: str, values: object, value: str | None, expected: bool) -> None:
    known = {} if value is None else {"aws:principalarn": value}
    assert holds({operator: {"aws:PrincipalArn": values}}, known) is expected


def test_wildcards_are_those_of_policies_and_no_regular_expressions() -> None:
    assert matches("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y")
    assert not matches("arn:aws:s3:::b/*", "arn:aws:s3:::b")
    assert matches("secret:a-??????", "secret:a-AbCdEf")
    assert not matches("secret:a-??????", "secret:a-b-AbCdEf")
    assert not matches("a.c", "abc")
    assert matches("S3:get*", "s3:GetObject", fold=True)


def test_the_reviewed_files_are_as_the_command_writes_them() -> None:
    for path in sorted(Path(FOLDER).iterdir()):
        text = path.read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n", path.name
