"""What several figures of one period tell together: nothing about fewer than five people."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.web.company import Here
from tests.web.members import MONDAY, WEEKS, Days, Member, asked, made, never, rows, working

from slackanalytics.adoption import hiding, privacy
from slackanalytics.web import rendering
from slackanalytics.web.drawing import Drawings
from slackanalytics.web.publication import PAGES, fresh_words
from slackanalytics.web.sheets import cuts
from slackanalytics.web.sheets.counts import SEATS
from slackanalytics.web.sheets.question import bounds


def test_what_is_left_over_of_everybody_is_not_told_by_platforms(tmp_path: Path) -> None:
    question = asked(made([Member()] * 59 + [Member(active=never)], tmp_path))
    assert question.row("activation")["active"] is None
    assert all(row["active"] is None and row["share"] is None for row in rows(question, "engagement", "platform-mix"))


def test_a_hidden_part_of_a_department_is_hidden_in_every_measure_of_its_partner(tmp_path: Path) -> None:
    members = [Member()] * 30
    members += [Member(department="B")] * 10 + [Member(department="B", active=never)] * 10
    members += [Member(department="C")] * 19 + [Member(department="C", active=never)]
    adoption = made(members, tmp_path)
    table = {row["department"]: row["active"] for row in rows(asked(adoption), "overview", "activation-by-department")}
    assert table == {"A": 30, "B": None, "C": None}
    its = asked(adoption, "B")
    assert {row["monthly_active"] for row in rows(its, "engagement", "active-people")} == {None}
    assert {row["active"] for row in rows(its, "engagement", "messages")} == {None}
    assert {row["active"] for row in rows(its, "retention", "flow")} == {None}
    assert its.last("active_people")["weekly_active"] is None
    assert asked(adoption, "A").last("active_people")["weekly_active"] == 30


def test_stickiness_does_not_tell_how_many_were_active_on_a_hidden_day(tmp_path: Path) -> None:
    few: Days = lambda n: n % 7 < 5 or n == 19  # noqa: E731 - a Saturday on which three work
    question = asked(made([Member()] * 57 + [Member(active=few)] * 3, tmp_path))
    daily = {row["day"]: row["daily_active"] for row in rows(question, "engagement", "active-people")}
    saturday = MONDAY + timedelta(days=19)
    assert daily[saturday] is None
    for row in rows(question, "engagement", "stickiness"):
        if saturday <= row["day"] < saturday + timedelta(days=28):
            assert (row["average_daily_active"], row["stickiness"]) == (None, None)
        else:
            assert row["stickiness"] is not None


def test_who_lapsed_does_not_follow_from_who_returned(tmp_path: Path) -> None:
    members = [Member()] * 40 + [Member(active=lambda n: n < 14)] * 3 + [Member(active=lambda n: n >= 14)] * 10
    members += [Member(active=never)] * 10  # so that the people active are no few short of everybody
    found = {row["week"]: row for row in rows(asked(made(members, tmp_path)), "retention", "flow")}
    third, fourth = (found[MONDAY + timedelta(days=day)] for day in (14, 21))
    assert third["active"] == 50
    assert [third[name] for name in ("lapsed", "returning", "new", "resurrected", "joining")] == [None] * 5
    assert (fourth["returning"], fourth["lapsed"]) == (50, 0)


def test_platforms_do_not_add_up_to_one_that_is_hidden(tmp_path: Path) -> None:
    members = [Member()] * 30 + [Member(ios=True)] * 20 + [Member(android=True)] * 3 + [Member(active=never)] * 20
    found = {
        row["platform"]: row["people"] for row in rows(asked(made(members, tmp_path)), "engagement", "platform-mix")
    }
    assert found == {"Desktop": 30, "iOS": 20, "Android": None, "Several": None, "None of these": None}


def test_a_month_of_a_few_is_not_told_by_the_quarter_at_two_ages(tmp_path: Path) -> None:
    october = 1_790_900_000  # 1 and 2 October 2026; the days end on 25 October
    members = [Member(since=october - 8 * 86_400)] * 20 + [Member(since=october)] * 3
    adoption = made([Member(since=october - 20 * 86_400, active=working)] * 20 + members, tmp_path)
    question = asked(adoption)
    assert all(row["people"] is None or row["people"] >= 5 for row in question.cohorts()[0].rows)
    table = pa.table({
        "cohort": [date(2026, 1, 1)] * 3, "months_since": [0, 1, 2], "people": [35, 32, 20], "active": [30, 30, 15],
        "retention": [0.9, 0.9, 0.75],
    })  # fmt: skip
    assert [row["people"] for row in cuts.alike(table, 5).to_pylist()] == [35, None, 20]


def test_guests_of_a_department_do_not_follow_from_choices_with_others(tmp_path: Path) -> None:
    members = [Member(department=name) for name in "ABC" for _ in range(20)]
    members += [Member(guest=True)] * 3 + [Member(department="B", guest=True)] * 4
    members += [Member(department="C", guest=True)] * 6
    adoption = made(members, tmp_path)
    told = {chosen: asked(adoption, *chosen, guests=True).row("activation")["provisioned"] for chosen in (("A",), ("A", "C"), ("C",))}  # fmt: skip
    assert told["A",] is None
    assert None in (told["A", "C"], told["C",])


class Told:
    """Answers of which the total is 66 people, and those of two large departments together are 62."""

    departments = ("A", "B", "C", "D")

    def ask(self, measure: str, *, departments: tuple[str, ...] = (), **_: Any) -> pa.Table:
        assert measure == "provisioned"
        sizes = {(): 66, ("A", "B"): 62, ("A",): 30, ("B",): 34, ("C",): 6, ("D",): 6}
        return pa.table({"provisioned": pa.array([sizes[departments]], pa.int64())})


def test_people_who_are_in_no_other_choice_do_not_follow_from_the_total() -> None:
    choice = hiding.Choice(
        answers=Told(), since=MONDAY, until=MONDAY, departments=("A", "B"), guests=False, minimum=5
    )  # fmt: skip
    found = hiding.protected(choice, "provisioned", hiding.Counted("provisioned"), ())
    assert found["provisioned"].to_pylist() == [None]


def test_the_match_rate_tells_of_no_few(tmp_path: Path) -> None:
    adoption = made([Member()] * 49 + [Member(department=None)] * 2, tmp_path)
    limits = bounds(adoption)
    assert (limits.match_rate, limits.match_least, limits.match_low) == (0.9, True, True)
    assert "≥ 90.0 % matched" in [each.text for each in fresh_words(limits)]


def test_accounts_less_members_are_not_the_guests(tmp_path: Path) -> None:
    question = asked(made([Member()] * 40 + [Member(guest=True)] * 3, tmp_path))
    assert {row["accounts"] for row in rows(question, "data", "coverage")} == {40}


def test_messages_of_a_few_are_not_shown(tmp_path: Path) -> None:
    question = asked(made([Member(posts=0)] * 40 + [Member()] * 3 + [Member(active=never)] * 20, tmp_path))
    found = rows(question, "engagement", "messages")
    assert {row["messages"] for row in found} == {None}
    assert {row["active"] for row in found} == {43}


def test_without_the_second_look_the_partner_would_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: rules for the measure alone, as if nobody knew how many people there are."""
    members = [Member()] * 30
    members += [Member(department="B")] * 10 + [Member(department="B", active=never)] * 10
    members += [Member(department="C")] * 19 + [Member(department="C", active=never)]
    adoption = made(members, tmp_path)
    monkeypatch.setattr(hiding, "both", lambda one, _other, _groups: one)
    assert asked(adoption, "B").last("active_people")["weekly_active"] == 10


def test_a_chosen_department_is_held_against_the_whole_organisation(tmp_path: Path) -> None:
    members = [Member()] * 30 + [Member(department="B")] * 20 + [Member(department="B", active=never)] * 20
    its = PAGES["overview"][1](asked(made(members, tmp_path), "B")).figure("activation-by-department")
    assert its is not None
    assert its.drawing is not None
    assert "Whole organisation: 71.4 %" in str(its.drawing.wide)


def test_people_with_all_three_platforms_do_not_follow_from_the_sums(tmp_path: Path) -> None:
    table = pa.table({
        "platform": ["Desktop", "iOS", "Android", "Several", "None of these"], "people": [43, 23, 13, 13, 0], "active": [63] * 5,
        "share": [0.7, 0.4, 0.2, 0.2, 0.0],
    })  # fmt: skip
    numbered = {row["platform"]: row["people"] for row in cuts.by_number(table).to_pylist()}
    assert (numbered["1"], numbered["2"], numbered["3"]) == (50, 10, 3)
    kinds: dict[str, Any] = {"groups": ("platform",), "people": "active", "parts": ("people",), "additive": None}
    shown = cuts.without_sums(privacy.suppressed(cuts.by_number(table), **kinds))
    assert shown["platform"].to_pylist() == list(cuts.PLATFORMS)
    behind = table.take([4, 3, 2, 1, 0])  # a place among the others would tell how many are hidden
    assert cuts.without_sums(privacy.suppressed(cuts.by_number(behind), **kinds)).equals(shown)
    assert shown["people"].to_pylist() == [43, 23, 13, None, None]
    many = cuts.by_number(table.set_column(1, "people", pa.array([53, 33, 23, 31, 0])))  # 32, 16 and 15
    assert cuts.without_sums(privacy.suppressed(many, **kinds))["people"].to_pylist() == [53, 33, 23, 31, 0]


def test_who_has_signed_in_and_stopped_does_not_follow_from_seats(tmp_path: Path) -> None:
    members = [Member()] * 40 + [Member(active=never)] * 2 + [Member(active=never, since=None)] * 8
    members += [Member(department="B")] * 40 + [Member(department="B", active=never)] * 10
    question = asked(made(members, tmp_path))
    for row in rows(question, "seats", "seats-by-department"):
        assert row["claimed"] is None or row["inactive"] is None, row
    tiles = {tile.label: tile.value for tile in PAGES["seats"][1](question).tiles}
    assert (tiles["Claimed"], tiles["Billed but inactive"]) == ("92", "20")  # 12 have stopped: a group
    assert [row["inactive"] for row in rows(question, "seats", "billed-but-inactive")] == [None, None]


def test_nobody_is_said_only_where_it_is_nobody(tmp_path: Path) -> None:
    def said(members: list[Member], name: str) -> str:
        figure = PAGES["seats"][1](asked(made(members, tmp_path))).figure(name)
        assert figure is not None
        assert figure.drawing is None
        return figure.nothing

    idle = [Member()] * 57 + [Member(active=never)] * 3
    unclaimed = [Member()] * 57 + [Member(since=None)] * 3
    assert said(idle, "billed-but-inactive") == "Nobody, or too few to be shown."
    assert said(idle, "never-claimed") == "Every account has been claimed."
    assert said(unclaimed, "never-claimed") == "Nobody, or too few to be shown."
    assert said([Member()] * 60, "billed-but-inactive") == "Every billed seat was used in the last 28 days."


def test_what_a_few_wrote_does_not_follow_from_two_periods(tmp_path: Path) -> None:
    saturday = MONDAY + timedelta(days=7 * WEEKS - 2)
    adoption = made([Member()] * 68 + [Member(active=lambda n: n % 7 < 6, posts=41)] * 2, tmp_path)
    for until in (saturday - timedelta(days=1), saturday):
        question = asked(adoption, until=until)
        for name in ("messages", "channel-share"):
            assert [row["week"] for row in rows(question, "engagement", name)][-1] == MONDAY + timedelta(
                days=7 * WEEKS - 14
            )


def test_other_accounts_do_not_follow_from_the_files_of_several_days(tmp_path: Path) -> None:
    members = [Member()] * 41 + [Member(there=range(7 * week, 7 * WEEKS).__contains__) for week in range(1, 5)]
    question = asked(made([*members, *[Member(guest=True)] * 3], tmp_path))
    people = {row["day"]: row["provisioned"] for row in rows(question, "overview", "activation-by-day")}
    assert len(set(people.values())) == 5
    assert {row["accounts"] - people[row["day"]] for row in rows(question, "data", "coverage")} == {0}


def test_accounts_that_are_nobodys_tell_of_no_few(tmp_path: Path) -> None:
    members = [Member()] * 54 + [Member(department=None)] * 6
    for guests, count in ((0, 6), (2, None), (5, 11)):
        its = asked(made(members + [Member(department=None, guest=True)] * guests, tmp_path))
        assert its.unmatched_count == count


def test_a_small_move_of_a_department_is_neither_good_nor_bad(tmp_path: Path) -> None:
    def part(size: int, week: int) -> list[Member]:
        return [Member(active=lambda n: n // 7 < week)] * size

    for stopped, tone in ((5, ""), (30, "bad")):
        members = [Member()] * 900 + [Member(active=never)] * 100 + part(stopped, WEEKS - 1)
        figure = PAGES["overview"][1](asked(made(members, tmp_path))).figure("activation-by-department-week")
        assert figure is not None
        assert figure.pivot is not None
        assert [row.trend.tone for row in figure.pivot.rows if row.name == "A"] == [tone]


def test_seats_that_are_used_by_a_few_tell_how_many_are_not(tmp_path: Path) -> None:
    table = pa.table({"provisioned": [60], "never_claimed": [20], "billable": [40], "inactive": [37], "used": [3], "stopped": [17]})  # fmt: skip
    shown = privacy.suppressed(table, groups=(), people="provisioned", parts=SEATS.parts)
    assert shown["inactive"].to_pylist() == [37]  # by itself it may be told
    (row,) = cuts.without_used(shown).to_pylist()
    assert (row["billable"], row["inactive"], row["hidden"]) == (40, None, True)


def test_what_is_hidden_is_said_to_be_hidden(tmp_path: Path) -> None:
    def said(members: list[Member]) -> str:
        return str(rendering.content(PAGES["overview"][1](asked(made(members, tmp_path))), Drawings(Here())))

    assert "Nobody, or too few to be shown." in said([Member()] * 57 + [Member(active=never)] * 3)
    assert "Nobody, or too few to be shown." not in said([Member()] * 40 + [Member(active=never)] * 20)


def test_weeks_of_which_every_move_is_hidden_are_no_chart(tmp_path: Path) -> None:
    members = [Member()] * 40 + [Member(active=lambda n: n // 7 % 2 == 0)] * 3 + [Member(active=never)] * 10
    figure = PAGES["retention"][1](asked(made(members, tmp_path))).figure("flow")
    assert figure is not None
    assert all(row["returning"] is None for row in figure.table.to_pylist())
    assert figure.drawing is None


def test_people_without_an_account_do_not_follow_from_the_roster(tmp_path: Path) -> None:
    for absent, said in ((3, "≥ 60 people"), (8, "68 people")):
        members = [Member()] * 60 + [Member(there=never)] * absent
        tiles = {tile.label: tile.note for tile in PAGES["data"][1](asked(made(members, tmp_path))).tiles}
        assert tiles["Roster"].startswith(f"{said}, ")
