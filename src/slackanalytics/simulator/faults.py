"""
What the simulator can be told to get wrong, and when.

A plan maps a day (``2026-11-10``), every day (``*``) or a method without files (``auth.test``, ``auth.revoke``,
``apps.uninstall``, ``oauth.v2.access``) to a script. A script is one or more steps with
commas between; a step is ``KIND[:ARGUMENT][*TIMES]``. A step with a number of times is played that often and then makes
way for the next, one without is played for ever, and after the last step the true answer is given: ``503*2`` fails
twice, ``429:1*1,truncated`` limits once and then only ever serves half a file.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from slackanalytics.simulator.answers import (
    ERROR_CODES,
    Answer,
    Delivery,
    Request,
    error_answer,
    file_answer,
    json_answer,
    rate_limited,
)
from slackanalytics.simulator.corruption import CORRUPTIONS, bomb

Sound = Callable[[], bytes]
"""Makes the rows of the day's sound file as newline-delimited JSON."""

_PAGE = b"<!DOCTYPE html><html><title>Slack</title><p>Something went wrong.</html>\n"
_DELIVERIES = {
    "reset": 0.0,
    "reset_mid": 0.0,
    "fin": 0.0,
    "hang": 3600.0,
    "slow": 2.0,
    "short_body": 0.0,
    "chunked_cut": 0.0,
}
_STATUSES = ("204", "400", "403", "404", "500", "502", "503", "504")
METHODS = ("auth.test", "auth.revoke", "apps.uninstall", "oauth.v2.access")
SHAPES = ("no_user_token", "short_scope")
"""What an exchange may leave out although it says ok; a fault of ``oauth.v2.access`` alone."""
_SPECIAL = ("429", "bomb", "encoded_error", "error", "error_as_gzip", "html200", "huge_header", "ok_true", "redirect")

FAULT_KINDS = frozenset({*ERROR_CODES, *CORRUPTIONS, *_DELIVERIES, *_STATUSES, *_SPECIAL, *SHAPES})
"""Every kind that a step may name."""

_STEP = re.compile(r"(?P<kind>\w+)(?::(?P<argument>[^*]*))?(?:\*(?P<times>\d+))?", re.ASCII)
_NUMBERED = frozenset({"hang", "slow", "truncated", "bit_flip", "long_line", "bomb"})


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One step of a script.
    """

    kind: str
    argument: str = ""
    times: int | None = None
    """How often it is played; for ever if ``None``."""


class FaultPlan:
    """
    The scripts that are being played, and how far each has come. Safe to share between threads.

    Raises `ValueError` for a key or a script that cannot be read.
    """

    def __init__(self, scripts: Mapping[str, str]) -> None:
        self._steps = {_parse_key(key): list(parse_script(script)) for key, script in scripts.items()}
        for key, steps in self._steps.items():
            for fault in steps:
                if key in METHODS and (fault.kind in CORRUPTIONS or fault.kind == "bomb"):
                    raise ValueError(f"{key} answers with no file that could suffer the fault {fault.kind}")
                if key != "oauth.v2.access" and fault.kind in SHAPES:
                    raise ValueError(f"only oauth.v2.access can suffer the fault {fault.kind}")
        self._lock = threading.Lock()

    def step(self, *keys: str) -> Fault | None:
        """
        The fault to play now, from the first of these keys that has a script with steps left.
        """
        with self._lock:
            steps = next((self._steps[key] for key in keys if self._steps.get(key)), None)
            if steps is None:
                return None
            fault = steps[0]
            if fault.times is not None:
                steps[:1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
            return fault


def parse_script(script: str) -> tuple[Fault, ...]:
    """
    The steps of a script.

    Raises `ValueError` for a kind that does not exist or a step that cannot be read.
    """
    return tuple(_parse_step(step.strip()) for step in script.split(","))


def parse_option(option: str) -> tuple[str, str]:
    """
    A ``DAY=SCRIPT`` of the command line as key and script.

    Raises `ValueError` if it is not of that form or the script cannot be read.
    """
    key, equals, script = option.partition("=")
    if not equals:
        raise ValueError(f"a fault is written DAY=KIND, for example 2026-11-10=truncated, not {option!r}")
    parse_script(script)
    return _parse_key(key), script


def _parse_key(key: str) -> str:
    """
    ``*``, a method or a day, in the one spelling that it is asked for with.
    """
    key = key.strip()
    return key if key in ("*", *METHODS) else date.fromisoformat(key).isoformat()


def _parse_step(step: str) -> Fault:
    match = _STEP.fullmatch(step)
    if match is None:
        raise ValueError(f"a fault is written KIND[:ARGUMENT][*TIMES], not {step!r}")
    kind, argument, times = match["kind"], match["argument"] or "", match["times"]
    if kind not in FAULT_KINDS:
        raise ValueError(f"there is no fault {kind!r}; there are {', '.join(sorted(FAULT_KINDS))}")
    if kind in _NUMBERED and argument and not argument.replace(".", "", 1).isdecimal():
        raise ValueError(f"the fault {kind} takes a number, not {argument!r}")
    if kind == "error" and not argument:
        raise ValueError("the fault error takes a code, for example error:no_such_code")
    return Fault(kind, argument, None if times is None else int(times))


def faulty_answer(fault: Fault, request: Request, day: date, sound: Sound) -> Answer:
    """
    What is sent for a day instead of its file.
    """
    kind, argument = fault.kind, fault.argument
    if kind in ("429", "ratelimited"):
        return rate_limited(None if argument == "none" else argument or "30")
    if kind in ERROR_CODES:
        return error_answer(kind)
    if kind in CORRUPTIONS:
        return file_answer(CORRUPTIONS[kind](sound().split(b"\n")[:-1], argument), _name(day))
    if kind in _DELIVERIES:
        whole = file_answer(gzip.compress(sound(), mtime=0), _name(day))
        amount = float(argument) if argument else _DELIVERIES[kind]
        return replace(whole, delivery=Delivery(kind=kind, amount=amount))
    if kind in _STATUSES:
        body = b"" if kind == "204" else _PAGE
        return Answer(status=int(kind), headers=(("Content-Type", "text/html; charset=utf-8"),), body=body)
    return _special_answer(kind, argument, request, day)


def _special_answer(kind: str, argument: str, request: Request, day: date) -> Answer:
    error = error_answer(argument or "invalid_auth")
    match kind:
        case "error":
            return error
        case "error_as_gzip":
            return replace(file_answer(b"", _name(day)), body=error.body, error=error.error)
        case "encoded_error":
            document = json.dumps({"ok": False, "error": error.error}).encode()
            encoding = ("Content-Encoding", "gzip")
            return replace(error, headers=(*error.headers, encoding), body=gzip.compress(document, mtime=0))
        case "html200":
            return Answer(headers=(("Content-Type", argument or "text/html; charset=utf-8"),), body=_PAGE)
        case "ok_true":
            return json_answer({"ok": True})
        case "huge_header":
            return json_answer({"ok": True}, ("x-padding", "a" * 2**20))
        case "bomb":
            return file_answer(bomb(int(argument or 300)), _name(day))
        case _:
            return Answer(status=302, headers=(("Location", _destination(argument, request, day)),))


def _name(day: date) -> str:
    return f"Faulty {day}.json.gz"


def _destination(argument: str, request: Request, day: date) -> str:
    """
    Where a redirect leads: to the file at another path of this server, back to itself, or to any URL.
    """
    if argument == "loop":
        return f"{request.origin}/api/{request.method}?type=member&date={day}"
    return argument or f"{request.origin}/files/{day}.json.gz"
