"""Where an answer departs from the order of keys that Java's readers demand.

They take one key after the other, see
https://github.com/awslabs/aws-athena-query-federation/tree/master/athena-federation-sdk/src/main/java/com/amazonaws/athena/connector/lambda/serde;
ours take any order. So an answer is read, written again in order, and compared with itself.
"""

from __future__ import annotations

import json
from typing import Any

from athena_federation import wire
from athena_federation.errors import FederationError
from athena_federation.transports import Answer, Send, describes_error


class Recorder:
    """Carries documents, and looks at every answer as one of Java's strict readers does."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.deviations: list[str] = []
        self.answers = 0

    def __call__(self, document: bytes) -> Answer:
        answer = self.send(document)
        if not answer.failed and not describes_error(answer.body):
            self.answers += 1
            if problem := deviation(answer.body, wire.request_version(json.loads(document))):
                self.deviations.append(problem)
        return answer


def deviation(body: bytes, version: int) -> str:
    """Where an answer departs from the keys, and their order, that readers of its serde demand; empty if nowhere."""
    try:
        message = wire.load(body)
        expected = json.loads(json.dumps(wire.dump(message, max(version, 2))), object_pairs_hook=Pairs)
    except FederationError as error:  # said again by the rule that asked
        return str(error)
    if version == 1 and type(message).__name__ != "PingResponse":  # an order-free serde
        return ""
    return difference(json.loads(body, object_pairs_hook=Pairs), expected, type(message).__name__, top=True)


class Pairs(list[tuple[str, Any]]):
    """A JSON object in the order in which it was written."""


OMISSIBLE = frozenset({"nextToken", "serDeVersion"})


def difference(found: Any, expected: Any, where: str, *, top: bool = False) -> str:
    if isinstance(expected, Pairs) and isinstance(found, Pairs):
        names, wanted = [name for name, _ in found], [name for name, _ in expected]
        wanted = [name for name in wanted if name in names or name not in OMISSIBLE]
        if (names[: len(wanted)] if top else names) != wanted:
            return f"{where}: the keys are {', '.join(names)}; readers take {', '.join(wanted)}"
        values = dict(expected)
        problems = (difference(value, values[name], f"{where}.{name}") for name, value in found if name in values)
    elif isinstance(expected, list) and isinstance(found, list):
        pairs = enumerate(zip(found, expected, strict=False))
        problems = (difference(one, other, f"{where}[{n}]") for n, (one, other) in pairs)
    else:
        return ""
    return next((problem for problem in problems if problem), "")
