"""The assets made or renewed in QuickSight through its API, checked by the service itself (STRICT), errors told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from athena_federation.errors import ConfigurationError, DeadlineExceeded, SourceError
from slackanalytics.cloud.calls import REAL_PACE, Calls, Pace, accepted, refusal
from slackanalytics.cloud.quicksight import Asset, Place, requests

PAUSE, LONGEST = 3.0, 600.0
"""Seconds between two looks, and how long a creation may take."""
THERE = "ResourceExistsException"
MISSING = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one asset."""

    kind: str
    identity: str
    outcome: str
    """created, renewed."""


def publish(calls: Calls, place: Place, pace: Pace = REAL_PACE) -> Iterator[Published]:
    """
    Make each asset, or renew it where it is there already.

    Raises:
        ConfigurationError: QuickSight found errors in the assets; they are named.
        DeadlineExceeded: it did not come to an end in ten minutes.
        Unauthorized, Throttled, SourceError: as `Calls`.
    """
    for asset, request in requests(place):
        outcome, answer = put(calls, asset, request)
        if not calls.rehearses:
            settle(calls, asset, request, answer, pace)
        if asset.kind == "Dashboard" and outcome == "renewed":
            version = int(str(answer.get("VersionArn", "/1")).rsplit("/", 1)[-1])
            calls(
                "quicksight", "UpdateDashboardPublishedVersion",
                **identity(asset, request), VersionNumber=version,
            )  # fmt: skip
        yield Published(asset.kind, str(request.get(asset.identity) or request["Schedule"]["ScheduleId"]), outcome)


def put(calls: Calls, asset: Asset, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Create it, or else update it and its permissions; how, and the answer."""
    try:
        return "created", calls("quicksight", f"Create{asset.kind}", **request)
    except SourceError as error:
        if refusal(error) != THERE:
            raise
    update = f"Update{asset.kind}"
    answer = calls("quicksight", update, **accepted("quicksight", update, request))
    if request.get("Permissions"):
        calls(
            "quicksight", f"Update{asset.kind}Permissions",
            **identity(asset, request), GrantPermissions=request["Permissions"],
        )  # fmt: skip
    return "renewed", answer


def identity(asset: Asset, request: dict[str, Any]) -> dict[str, Any]:
    return {"AwsAccountId": request["AwsAccountId"], asset.identity: request[asset.identity]}


def settle(calls: Calls, asset: Asset, request: dict[str, Any], answer: dict[str, Any], pace: Pace) -> None:
    """Wait until an asset is made. Raises ConfigurationError with what QuickSight found wrong with it."""
    if asset.kind not in {"DataSource", "Theme", "Dashboard"}:
        return
    version = version_of(answer)
    until = pace.clock() + LONGEST
    while True:
        state = describe(calls, asset, request, version)
        status = str(state.get("Status", ""))
        if status.endswith("SUCCESSFUL"):
            return
        if status.endswith("FAILED"):
            raise ConfigurationError(f"QuickSight refuses {asset.kind} {request[asset.identity]}: {wrong_with(state)}")
        if pace.clock() > until:
            raise DeadlineExceeded(
                f"{asset.kind} {request[asset.identity]} is still {status or 'being made'} after ten minutes"
            )
        pace.sleep(PAUSE)


def describe(calls: Calls, asset: Asset, request: dict[str, Any], version: int | None) -> dict[str, Any]:
    """The state of an asset: of the version that was just written, where it has versions."""
    number = {"VersionNumber": version} if version and asset.kind != "DataSource" else {}
    found: dict[str, Any] = calls("quicksight", f"Describe{asset.kind}", **identity(asset, request), **number)[
        asset.kind
    ]
    inner: dict[str, Any] = found.get("Version", found)
    return inner


def version_of(answer: dict[str, Any]) -> int | None:
    last = str(answer.get("VersionArn", "")).rsplit("/", 1)[-1]
    return int(last) if last.isdigit() else None


def wrong_with(state: dict[str, Any]) -> str:
    """What QuickSight says about why it failed, in one line."""
    errors = state.get("Errors") or [state.get("ErrorInfo") or {}]
    told = [
        ": ".join(str(error[name]) for name in ("Type", "Message") if error.get(name))
        + "".join(f" (at {entity['Path']})" for entity in error.get("ViolatedEntities", []) if entity.get("Path"))
        for error in errors
    ]
    return "; ".join(text for text in told if text) or "no reason given"


def withdraw(calls: Calls, place: Place) -> Iterator[str]:
    """Delete the assets, the dashboard first; those that are not there are passed over. Tells the kind of each."""
    for asset, request in reversed(requests(place)):
        if asset.kind == "RefreshSchedule":
            continue  # it goes with its data set
        try:
            calls("quicksight", f"Delete{asset.kind}", **identity(asset, request))
        except SourceError as error:
            if refusal(error) != MISSING:
                raise
            continue
        yield asset.kind
