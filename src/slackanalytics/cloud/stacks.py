"""A CloudFormation stack: what a change would do, doing it, following it, and what became of it.

Stacks within the stack are followed too, because that is where things go wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from athena_federation.errors import ConfigurationError, DeadlineExceeded, SourceError
from slackanalytics.cloud.calls import REAL_PACE, Calls, Pace, pages, refusal

STACK = "AWS::CloudFormation::Stack"
PAUSE, LONGEST = 3.0, 3_600.0
"""Seconds between two looks, and how long a change may take."""
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
UNCHANGED = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation says that there is nothing to do: https://repost.aws/knowledge-center/cloudformation-no-updates"""
CONSEQUENCE = "Resource creation cancelled"
"""The reason of resources that only failed because another one did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that would be done."""

    stack: str
    action: str
    """create, change, replace, delete, import; and perhaps-replace, where only doing it will tell."""
    resource: str
    kind: str
    about: str = ""
    """The properties that differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened."""

    at: datetime
    stack: str
    resource: str
    kind: str
    status: str
    reason: str

    @property
    def failed(self) -> bool:
        return self.status.endswith("_FAILED")


@dataclass(frozen=True, slots=True)
class Plan:
    """A change set that waits to be executed."""

    name: str
    stack: str
    is_new: bool
    changes: tuple[Change, ...] | None
    """None: nothing is to be done."""


def described(calls: Calls, stack: str) -> dict[str, Any] | None:
    """What CloudFormation knows of a stack; None where there is none of that name."""
    try:
        found: list[dict[str, Any]] = calls("cloudformation", "DescribeStacks", StackName=stack).get("Stacks", [])
    except SourceError as error:
        if refusal(error) == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    return found[0] if found else None


def outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    """What a stack tells about itself."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def planned(
    calls: Calls,
    stack: str,
    url: str,
    parameters: Mapping[str, str],
    known: Sequence[str],
    pace: Pace = REAL_PACE,
) -> Plan:
    """
    A change set for a template at a URL; nothing is changed yet. `known` are the parameters that the template has:
    those without a value keep the one they have. A plan without changes leaves no change set behind.

    Raises ConfigurationError where CloudFormation refuses it, and says why.
    """
    existing = described(calls, stack)
    status = existing["StackStatus"] if existing else ""
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        raise ConfigurationError(f"stack {stack} is being changed just now ({status}); wait for its end")
    if status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}:
        raise ConfigurationError(
            f"stack {stack} is {status} and cannot be changed; run slackanalytics deploy down first"
        )
    is_new = status in {"", "REVIEW_IN_PROGRESS"}
    given: list[dict[str, Any]] = [{"ParameterKey": key, "ParameterValue": text} for key, text in parameters.items()]
    if existing and not is_new:
        before = {parameter["ParameterKey"] for parameter in existing.get("Parameters", [])}
        kept = [name for name in known if name in before and name not in parameters]
        given += [{"ParameterKey": name, "UsePreviousValue": True} for name in kept]
    name = f"slackanalytics-{pace.now():%Y%m%d%H%M%S}"
    calls(
        "cloudformation", "CreateChangeSet",
        StackName=stack, ChangeSetName=name, ChangeSetType="CREATE" if is_new else "UPDATE", TemplateURL=url,
        Parameters=given, Capabilities=CAPABILITIES, IncludeNestedStacks=True,
        Tags=[{"Key": "application", "Value": "slackanalytics"}],
    )  # fmt: skip
    return Plan(name, stack, is_new, tuple(review(calls, stack, name)) if ready(calls, stack, name, pace) else None)


def ready(calls: Calls, stack: str, name: str, pace: Pace) -> bool:
    """Whether there is anything to do, once the change set is worked out. Raises ConfigurationError."""
    while True:
        found = calls("cloudformation", "DescribeChangeSet", StackName=stack, ChangeSetName=name)
        status, reason = found.get("Status", "CREATE_COMPLETE"), str(found.get("StatusReason", ""))
        if status == "FAILED":
            calls("cloudformation", "DeleteChangeSet", StackName=stack, ChangeSetName=name)
            if any(text in reason for text in UNCHANGED):
                return False
            raise ConfigurationError(f"CloudFormation refuses the change of stack {stack}: {' '.join(reason.split())}")
        if status == "CREATE_COMPLETE":
            return True
        pace.sleep(PAUSE)


def review(calls: Calls, stack: str, name: str) -> Iterator[Change]:
    """The changes of a change set, those of the stacks within included."""
    for item in pages(calls, "cloudformation", "DescribeChangeSet", "Changes", StackName=stack, ChangeSetName=name):
        change = item.get("ResourceChange", {})
        yield change_of(stack, change)
        if change.get("ResourceType") == STACK and change.get("ChangeSetId"):
            yield from within(calls, f"{stack} / {change['LogicalResourceId']}", change["ChangeSetId"])


def within(calls: Calls, stack: str, change_set: str) -> Iterator[Change]:
    """The changes of a stack within another one; its change set has an ARN."""
    for item in pages(calls, "cloudformation", "DescribeChangeSet", "Changes", ChangeSetName=change_set):
        change = item.get("ResourceChange", {})
        yield change_of(stack, change)
        if change.get("ResourceType") == STACK and change.get("ChangeSetId"):
            yield from within(calls, f"{stack} / {change['LogicalResourceId']}", change["ChangeSetId"])


def change_of(stack: str, change: Mapping[str, Any]) -> Change:
    words = {"Add": "create", "Modify": "change", "Remove": "delete", "Import": "import", "Dynamic": "change"}
    action = words.get(change.get("Action", ""), str(change.get("Action", "")).lower())
    if action == "change" and change.get("Replacement") in {"True", "Conditional"}:
        action = "replace" if change["Replacement"] == "True" else "perhaps-replace"
    targets = [detail.get("Target", {}) for detail in change.get("Details", [])]
    about = sorted({str(target.get("Name") or target.get("Attribute") or "") for target in targets} - {""})
    return Change(
        stack=stack,
        action=action,
        resource=str(change.get("LogicalResourceId", "")),
        kind=str(change.get("ResourceType", "")),
        about=", ".join(about),
    )


def discard(calls: Calls, plan: Plan) -> None:
    """Forget a plan that is not wanted, and the empty stack that it was going to fill."""
    calls("cloudformation", "DeleteChangeSet", StackName=plan.stack, ChangeSetName=plan.name)
    if plan.is_new:
        calls("cloudformation", "DeleteStack", StackName=plan.stack)


def execute(
    calls: Calls,
    plan: Plan,
    pace: Pace = REAL_PACE,
) -> Iterator[Event]:
    """
    Do what was planned, and tell what happens until it is over.

    Raises:
        ConfigurationError: it failed and was rolled back; the first resource that failed is named, with the reason.
        DeadlineExceeded: it is not over after an hour.
    """
    begin = pace.now()
    calls("cloudformation", "ExecuteChangeSet", StackName=plan.stack, ChangeSetName=plan.name)
    yield from followed(calls, plan.stack, begin, pace)


def followed(calls: Calls, stack: str, begin: datetime, pace: Pace) -> Iterator[Event]:
    """The events of a stack since a moment, until it is at rest. Raises as `execute`."""
    if calls.rehearses:
        return
    seen: set[str] = set()
    failures: list[Event] = []
    identity = stack
    while True:
        found = described(calls, identity)
        identity = found["StackId"] if found else identity  # a deleted stack is known by its ID alone
        for event in fresh(calls, identity, begin, seen):
            if event.failed and not event.reason.startswith(CONSEQUENCE):
                failures.append(event)
            yield event
        status = found["StackStatus"] if found else "DELETE_COMPLETE"
        if not status.endswith("_IN_PROGRESS"):
            break
        if (pace.now() - begin).total_seconds() > LONGEST:
            raise DeadlineExceeded(
                f"stack {stack} is still {status} after an hour; look with slackanalytics deploy status"
            )
        pace.sleep(PAUSE)
    if status.endswith("FAILED") or "ROLLBACK" in status:
        raise ConfigurationError(f"stack {stack} is {status}: {first(failures)}")


def first(failures: Sequence[Event]) -> str:
    """What began it: the first resource that failed, not a stack that failed because of what is in it."""
    inner = [event for event in failures if event.kind != STACK] or list(failures)
    if not inner:
        return "CloudFormation gives no reason"
    event = min(inner, key=lambda each: each.at)
    return f"{event.stack}'s {event.resource} ({event.kind}): {event.reason or event.status}"


def fresh(calls: Calls, stack: str, begin: datetime, seen: set[str]) -> Iterator[Event]:
    """Events not seen yet, the oldest first, of the stack and of those within it."""
    found: list[tuple[dict[str, Any], str]] = []
    ahead = [(stack, name_of(stack))]
    known = {stack}
    while ahead:
        identity, name = ahead.pop()
        try:
            events = list(pages(calls, "cloudformation", "DescribeStackEvents", "StackEvents", StackName=identity))
        except SourceError as error:
            if refusal(error) != "ValidationError":
                raise
            continue  # it is gone already
        for event in events:
            if event["Timestamp"] < begin:
                continue
            found.append((event, name))
            inner = event.get("PhysicalResourceId")
            if event.get("ResourceType") == STACK and inner and inner not in known and inner != identity:
                known.add(inner)
                ahead.append((inner, f"{name} / {event['LogicalResourceId']}"))
    for event, name in sorted(found, key=lambda pair: pair[0]["Timestamp"]):
        if event["EventId"] not in seen:
            seen.add(event["EventId"])
            yield Event(
                at=event["Timestamp"],
                stack=name,
                resource=event["LogicalResourceId"],
                kind=event.get("ResourceType", ""),
                status=event.get("ResourceStatus", ""),
                reason=" ".join(event.get("ResourceStatusReason", "").split()),
            )


def name_of(stack: str) -> str:
    """`slackanalytics` for itself and for its ARN."""
    return stack.split("/")[1] if stack.startswith("arn:") else stack


def resources(calls: Calls, stack: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource of a stack and of those within it, with the stack's name."""
    for item in pages(calls, "cloudformation", "ListStackResources", "StackResourceSummaries", StackName=stack):
        yield name_of(stack), item
        if item.get("ResourceType") == STACK and item.get("PhysicalResourceId"):
            yield from resources(calls, item["PhysicalResourceId"])


def delete(
    calls: Calls,
    stack: str,
    pace: Pace = REAL_PACE,
) -> Iterator[Event]:
    """Delete a stack and tell what happens. What the templates retain stays. Raises as `execute`."""
    begin = pace.now()
    found = described(calls, stack)
    identity = found["StackId"] if found else stack
    calls("cloudformation", "DeleteStack", StackName=identity)
    yield from followed(calls, identity, begin, pace)
