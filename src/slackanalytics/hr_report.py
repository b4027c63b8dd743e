"""What `hr check` says, as people read it and as programs do. People are counted; lists of them are asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from textwrap import wrap
from typing import Any

from rich.text import Text

from athena_federation.display import printable
from slackanalytics import terminal
from slackanalytics.people import Duplicates, Matching, Roster, Rules
from slackanalytics.people.findings import FRACTION, WINDOW, Findings
from slackanalytics.people.persons import SHOWN
from slackanalytics.wording import plural

LISTED = 20
"""Rejected rows that are listed; the JSON form has all."""
STALE = 31
"""Days after which a roster is called old."""
IDENTITY = ("employee_number", "employee_email", "department", "effective_from")
"""What tells two rows apart."""
LABEL = 12
"""Columns that a label takes."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A roster, and what Slack's accounts say about it, where they were asked."""

    roster: Roster
    rules: Rules = field(default_factory=Rules)
    matching: Matching | None = None
    findings: Findings | None = None
    since: date | None = None
    newest: date | None = None


def show(checked: Checked, kind: str, *, identified: bool) -> None:
    """The report on stdout."""
    if kind == "json":
        _json(document(checked, identified=identified))
        return
    title(str(checked.roster.path))
    for label, text in facts(checked.roster):
        line(label, text)
    rejected(checked.roster)
    if checked.matching and checked.findings:
        matched(checked, checked.matching)
        for label, text in found(checked.findings, checked.matching):
            line(label, text)
        if identified:
            lists(checked.findings, checked.matching)


def duplicates(error: Duplicates, kind: str) -> None:
    """The rows that cannot both be right, on stdout."""
    told = [
        ({error.unit: entry.place} | {name: getattr(entry, name) for name in IDENTITY}, pair.reason)
        for pair in error.pairs
        for entry in (pair.one, pair.two)
    ]
    if kind == "json":
        pairs = [
            {"reason": why, "rows": [one, two]} for (one, why), (two, _) in zip(told[::2], told[1::2], strict=True)
        ]
        _json({"error": error.summary, "pairs": pairs})
        return
    title("Rows that contradict each other")
    shown = [
        {**row, "employee_email": (row["employee_email"] or "").strip(), "because": "" if number % 2 else why}
        for number, (row, why) in enumerate(told[: 2 * SHOWN])
    ]
    names = [name for name in shown[0] if any(row[name] is not None for row in shown)]
    rows = [tuple("" if row[name] is None else row[name] for name in names) for row in shown]
    heads = [name.removeprefix("employee_") for name in names]
    terminal.answer(heads, rows, [name == error.unit for name in names])
    if len(error.pairs) > SHOWN:
        line("", f"and {plural(len(error.pairs) - SHOWN, 'more pair')}")


def facts(roster: Roster) -> Iterator[tuple[str, str]]:
    """How the file reads."""
    source = "by its name" if roster.date_in_name else "its last change"
    yield "file", f"{roster.form}; as of {roster.file_date} ({source}), {plural(roster.age, 'day')} old"
    if roster.age > STALE:
        yield "", "that is old: who joined, moved or left since counts wrongly; ask for a newer export"
    out = f", {len(roster.rejected):,} rejected" if roster.rejected else ", none rejected"
    yield "rows", f"{roster.read:,} read{out}; {plural(roster.people, 'person').replace('persons', 'people')}"
    yield (
        "columns",
        ", ".join(field if field == name else f"{field} from {name!r}" for field, name in roster.columns_used.items()),
    )
    yield "not kept", ", ".join(roster.columns_dropped) or "none: every column is used"
    words = {"dmy": "day first", "mdy": "month first"}
    for name, style in roster.dates.items():
        yield "dates", f"{roster.columns_used[name]}: {words[style]}"
    for each in roster.spellings:
        others = ", ".join(repr(text) for text in each.others)
        yield "spelling", f"{each.field} {each.kept!r}, also written {others} ({plural(each.rows, 'row')})"
    for text in roster.notes:
        yield "note", text


def rejected(roster: Roster) -> None:
    if not roster.rejected:
        return
    title("Rejected")
    rows = [(each.place, each.reason) for each in roster.rejected[:LISTED]]
    terminal.answer((roster.unit, "reason"), rows, (True, False))
    if len(roster.rejected) > LISTED:
        line("", f"and {len(roster.rejected) - LISTED:,} more; --format json has all of them")


def matched(checked: Checked, matching: Matching) -> None:
    """The table of rules, and the match rate."""
    title(f"Accounts in Slack, {checked.since} to {checked.newest}")
    members, guests = matching.count(), matching.count(kind="guest")
    total = sum(members.values())
    off = {"plus address": not checked.rules.plus, "domain alias": not checked.rules.domains,
           "alias file": not checked.rules.aliases}  # fmt: skip
    rows = [
        (f"{rule} (not set)" if off.get(rule) else rule, number, _percent(number, total), guests[rule])
        for rule, number in members.items()
    ]
    terminal.answer(("matched by", "members", "share", "guests"), rows, (False, True, True, True))
    own = total - members["none"]
    bots = sum(matching.count(kind="bot").values())
    also = f"; {plural(bots, 'service account')} apart" if bots else ""
    terminal.stdout().print()
    line("match rate", f"{_percent(own, total)}: {own:,} of {plural(total, 'member')}{also}")
    if matching.rate < FRACTION:
        line("", f"under {FRACTION:.0%}: departments leave out many, and say little", style="yellow")


def found(findings: Findings, matching: Matching) -> Iterator[tuple[str, str]]:
    """What there is to look at: counts, and what to do."""
    active = sum(each.active for each in findings.leavers)
    billable = sum(each.billable for each in findings.leavers)
    yield "leavers", f"{active:,} active on or after the day they left; {billable:,} whose seat is still billed"
    count = plural(findings.without_account.num_rows, "employee")
    yield "no account", f"{count} without an account in Slack; {findings.joiners:,} hired in the last {WINDOW} days"
    if findings.shared:
        yield "shared", f"{findings.shared:,} people have more than one account, and count once"
    if findings.ambiguous:
        yield (
            "ambiguous",
            f"{plural(findings.ambiguous, 'account')} could be several people's; an alias file settles it",
        )
    if findings.zeros:
        what = plural(findings.zeros, "employee number")
        yield "numbers", f"{what} differ from Slack's in leading zeros only; export the column as text"
    for each in findings.suggestions:
        yield (
            "try",
            f"{each.setting} would match {each.accounts:,} more",
        )
    if matching.unmatched.num_rows:
        count = plural(matching.unmatched.num_rows, "account")
        yield "lists", f"--identified shows who these are; --unmatched FILE.csv writes the {count} that are nobody's"


def lists(findings: Findings, matching: Matching) -> None:
    """The people themselves."""
    if findings.leavers:
        title("Leavers whose accounts live on")
        rows = [(e.user_id, e.email_address, e.left, e.active, e.billable) for e in findings.leavers]
        terminal.answer(("user_id", "email_address", "left", "active", "billable"), rows, (False,) * 5)
    for heading, table in (
        ("Accounts that are nobody's", matching.unmatched.drop_columns(["enterprise_employee_number"])),
        ("Employees without an account", findings.without_account.drop_columns(["employed", "termination_date"])),
    ):
        if table.num_rows:
            title(heading)
            names = tuple(table.schema.names)
            terminal.answer(names, [tuple(row.values()) for row in table.to_pylist()], (False,) * len(names))


def document(checked: Checked, *, identified: bool) -> dict[str, Any]:
    """The report for programs."""
    roster = checked.roster
    report: dict[str, Any] = {
        "file": str(roster.path),
        "form": roster.form,
        "as_of": roster.file_date,
        "age_days": roster.age,
        "rows": {"read": roster.read, "accepted": len(roster.entries), "people": roster.people},
        "rejected": [{roster.unit: each.place, "reason": each.reason} for each in roster.rejected],
        "columns": {"used": roster.columns_used, "dropped": roster.columns_dropped},
        "dates": roster.dates,
        "spellings": [{"field": e.field, "kept": e.kept, "others": e.others, "rows": e.rows} for e in roster.spellings],
        "notes": roster.notes,
    }
    if checked.matching and checked.findings:
        report |= _compared(checked, checked.matching, checked.findings, identified=identified)
    return report


def _compared(checked: Checked, matching: Matching, findings: Findings, *, identified: bool) -> dict[str, Any]:
    counts = {
        "leavers_active": sum(each.active for each in findings.leavers),
        "leavers_billable": sum(each.billable for each in findings.leavers),
        "employees_without_account": findings.without_account.num_rows,
        "joiners_without_account": findings.joiners,
        "ambiguous": findings.ambiguous,
        "people_with_several_accounts": findings.shared,
        "numbers_without_zeros": findings.zeros,
    }
    report: dict[str, Any] = {
        "days": {"since": checked.since, "newest": checked.newest},
        "matched": {kind: matching.count(kind=kind) for kind in ("member", "guest", "bot")},
        "match_rate": round(matching.rate, 4),
        "is_rate_low": matching.rate < FRACTION,
        "findings": counts,
        "suggestions": [{"setting": each.setting, "accounts": each.accounts} for each in findings.suggestions],
    }
    if identified:
        report["people"] = {
            "unmatched": matching.unmatched.to_pylist(),
            "without_account": findings.without_account.to_pylist(),
            "leavers": [
                {"user_id": e.user_id, "email_address": e.email_address, "left": e.left, "active": e.active,
                 "billable": e.billable}
                for e in findings.leavers
            ],
        }  # fmt: skip
    return report


def title(text: str) -> None:
    """A heading, below a blank line."""
    terminal.stdout().print(Text(f"\n{printable(text)}", style="bold"))


def line(label: str, text: str, *, style: str = "") -> None:
    """A label and what there is to say, folded where the terminal ends."""
    console = terminal.stdout()
    room = max(20, console.width - LABEL) if console.is_terminal else 100_000
    for number, piece in enumerate(wrap(printable(text), room) or [""]):
        console.print(Text(f"{label if number == 0 else '':<{LABEL}}", style="dim") + Text(piece, style=style))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")
