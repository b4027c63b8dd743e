from __future__ import annotations

import gzip
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from slackanalytics.simulator.answers import ERROR_CODES, Answer, Request
from slackanalytics.simulator.faults import (
    FAULT_KINDS,
    Fault,
    FaultPlan,
    faulty_answer,
    parse_option,
    parse_script,
)

DAY = date(2026, 11, 10)
LINES = b'{"date":"2026-11-10","user_id":"W1","email_address":"a@example.com","messages_posted_count":3}\n' * 4
REQUEST = Request(method="admin.analytics.getFile", arguments={}, token="xoxp-x", origin="http://127.0.0.1:1")


def answer(step: str) -> Answer:
    (fault,) = parse_script(step)
    return faulty_answer(fault, REQUEST, DAY, lambda: LINES)


def whole(found: Answer) -> bytes:
    return found.body if isinstance(found.body, bytes) else b"".join(found.body)


def test_a_script_is_read_step_by_step() -> None:
    assert parse_script("503*2, 429:1*1,redirect:https://files.example/x?y=1,truncated") == (
        Fault("503", "", 2),
        Fault("429", "1", 1),
        Fault("redirect", "https://files.example/x?y=1"),
        Fault("truncated"),
    )


@pytest.mark.parametrize(
    "script", ["", "no_such_fault", "503**2", "truncated:few", "slow:-1", "error", "503,", "hang:1.2.3"]
)
def test_a_script_that_cannot_be_read_is_refused(script: str) -> None:
    with pytest.raises(ValueError, match="fault"):
        parse_script(script)


@pytest.mark.parametrize("key", ["yesterday", "2026-13-01", "admin.analytics.getFile", ""])
def test_a_key_that_is_neither_day_nor_method_is_refused(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the wording is the standard library's
        FaultPlan({key: "truncated"})


def test_an_option_is_a_day_and_a_script() -> None:
    assert parse_option("2026-11-10=429:5*1,truncated") == ("2026-11-10", "429:5*1,truncated")
    with pytest.raises(ValueError, match="DAY=KIND"):
        parse_option("truncated")
    with pytest.raises(ValueError, match="there is no fault"):
        parse_option("2026-11-10=broken")


def test_steps_are_played_so_many_times_and_then_make_way() -> None:
    plan = FaultPlan({"2026-11-10": "503*2,reset*1"})
    played = [plan.step("2026-11-10", "*") for _ in range(5)]
    assert [fault and fault.kind for fault in played] == ["503", "503", "reset", None, None]


def test_a_step_without_a_number_is_played_for_ever() -> None:
    plan = FaultPlan({"*": "fin"})
    assert {plan.step("2026-11-10", "*") for _ in range(50)} == {Fault("fin")}


def test_the_first_key_with_steps_left_is_played() -> None:
    plan = FaultPlan({"2026-11-10": "500*1", "*": "502"})
    kinds = [fault.kind for _ in range(3) if (fault := plan.step("2026-11-10", "*"))]
    assert kinds == ["500", "502", "502"]
    assert FaultPlan({}).step("2026-11-10", "*") is None


def test_parallel_calls_share_the_steps() -> None:
    plan = FaultPlan({"*": "503*100"})
    with ThreadPoolExecutor(8) as pool:
        played = Counter(pool.map(lambda _: plan.step("*") is not None, range(400)))
    assert played == {True: 100, False: 300}


def test_auth_test_suffers_no_fault_of_files() -> None:
    FaultPlan({"auth.test": "invalid_auth*1,503"})
    with pytest.raises(ValueError, match=r"auth\.test answers with no file"):
        FaultPlan({"auth.test": "truncated"})


@pytest.mark.parametrize("kind", sorted(FAULT_KINDS - {"error", "bomb"}))
def test_every_kind_has_an_answer_that_is_not_the_sound_file(kind: str) -> None:
    found = answer(kind)
    sound = Answer(headers=found.headers, body=gzip.compress(LINES, mtime=0))
    assert found != sound


@pytest.mark.parametrize("code", sorted(ERROR_CODES - {"ratelimited"}))
def test_an_error_code_is_answered_with_status_200(code: str) -> None:
    found = answer(code)
    assert (found.status, found.error) == (200, code)
    document = json.loads(whole(found))
    assert (document["ok"], document["error"]) == (False, code)


def test_a_missing_scope_is_named() -> None:
    document = json.loads(whole(answer("missing_scope")))
    assert document["needed"] == "admin.analytics:read"
    assert "admin.analytics:read" not in document["provided"]


@pytest.mark.parametrize(
    ("step", "header"), [("429", "30"), ("429:1", "1"), ("429:soon", "soon"), ("ratelimited", "30")]
)
def test_the_rate_limit_says_when_to_come_back(step: str, header: str) -> None:
    found = answer(step)
    assert found.status == 429
    assert ("Retry-After", header) in found.headers


def test_the_rate_limit_may_say_nothing() -> None:
    assert "Retry-After" not in dict(answer("429:none").headers)


def test_an_undocumented_code_can_be_played() -> None:
    assert json.loads(whole(answer("error:the_moon_is_full"))) == {"ok": False, "error": "the_moon_is_full"}


def test_an_error_may_pretend_to_be_a_file() -> None:
    found = answer("error_as_gzip")
    assert dict(found.headers)["Content-Type"] == "application/gzip"
    assert json.loads(whole(found))["error"] == "invalid_auth"


def test_an_error_may_be_content_encoded() -> None:
    found = answer("encoded_error:token_revoked")
    assert dict(found.headers)["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(whole(found))) == {"ok": False, "error": "token_revoked"}


def test_a_page_may_come_with_status_200_and_any_content_type() -> None:
    for step, content_type in (
        ("html200", "text/html; charset=utf-8"),
        ("html200:application/gzip", "application/gzip"),
    ):
        found = answer(step)
        assert (found.status, dict(found.headers)["Content-Type"]) == (200, content_type)
        assert whole(found).startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502, 503, 504])
def test_other_statuses_come_with_a_page(status: int) -> None:
    found = answer(str(status))
    assert (found.status, whole(found)[:5]) == (status, b"<!DOC")


def test_a_redirect_leads_where_it_is_told() -> None:
    for step, location in (
        ("redirect", "http://127.0.0.1:1/files/2026-11-10.json.gz"),
        ("redirect:https://files.example/x", "https://files.example/x"),
        ("redirect:loop", "http://127.0.0.1:1/api/admin.analytics.getFile?type=member&date=2026-11-10"),
    ):
        found = answer(step)
        assert (found.status, dict(found.headers)["Location"]) == (302, location)


def test_other_oddities() -> None:
    assert json.loads(whole(answer("ok_true"))) == {"ok": True}
    assert len(dict(answer("huge_header").headers)["x-padding"]) == 2**20
    assert len(gzip.decompress(whole(answer("bomb:2")))) > 2 * 2**20
    assert whole(answer("204")) == b""


def test_a_broken_delivery_has_the_sound_file_to_deliver() -> None:
    for kind, amount in (("slow:100", 100.0), ("hang:1.5", 1.5), ("hang", 3600.0), ("reset_mid", 0.0)):
        found = answer(kind)
        assert gzip.decompress(whole(found)) == LINES
        assert found.delivery is not None
        assert (found.delivery.kind, found.delivery.amount) == (kind.partition(":")[0], amount)
