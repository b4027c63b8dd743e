"""A function of one's own in SQL, called here over the road that Athena takes: `python examples/functions.py`.

In Athena: USING EXTERNAL FUNCTION initials(name VARCHAR) RETURNS VARCHAR LAMBDA 'functions' SELECT initials(name) FROM …
"""

from __future__ import annotations

import sys

import pyarrow as pa

from athena_federation import Connector
from athena_federation.engine import loopback
from athena_federation.handler import Handler
from athena_federation.messages import UserDefinedFunctionRequest, UserDefinedFunctionResponse


def initials(names: pa.Array) -> pa.Array:
    """`Ada King` -> `AK`; NULL stays NULL. Takes a whole column, and gives one as long."""
    found = [None if name is None else "".join(word[0] for word in name.split()) for name in names.to_pylist()]
    return pa.array(found, pa.string())


connector = Connector(name="functions", functions={"initials": initials})

if __name__ == "__main__":
    ask = loopback(Handler(connector))
    rows = pa.record_batch({"name": ["Ada King", "Grace Brewster Hopper", None]})
    answer = ask(
        UserDefinedFunctionRequest(
            records=rows, output_schema=pa.schema([("initials", pa.string())]), method="initials"
        )
    )
    assert isinstance(answer, UserDefinedFunctionResponse)
    sys.stdout.write(f"{answer.records.column(0).to_pylist()}\n")
