"""Drawing charts: Vega-Lite specifications as SVG and PNG, by a process of its own, each drawn once.

A drawing holds the interpreter for its whole duration, so that threads would not help: https://github.com/vega/vl-convert.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any

GRAMMAR = "6.4"
"""The Vega-Lite that specifications are written in: https://vega.github.io/vega-lite/docs/."""
KEPT = 600
"""Drawings remembered; beyond that the one that nobody has asked for longest goes."""
SCALE = 2.0
"""Pixels of a PNG per unit of its drawing."""

Spec = dict[str, Any]


def svg(spec: str) -> str:
    """A specification, as JSON, as SVG. Fetches nothing: data stands in the specification."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=GRAMMAR, allowed_base_urls=[]))


def png(spec: str) -> bytes:
    """The same as PNG."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec, vl_version=GRAMMAR, scale=SCALE, allowed_base_urls=[]))


class Drawings:
    """Draws charts and remembers them. Safe to share between threads; `close()` ends its processes."""

    def __init__(self, executor: Executor | None = None) -> None:
        """`executor` draws; by default two processes, which begin with the first chart, or with `warm()`."""
        self._executor = executor or ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_quiet)
        self._kept: OrderedDict[str, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Have both processes load what they need, before anybody waits for it."""
        for number in range(2):
            self.svg({"data": {"values": [{"n": number}]}, "mark": "point"})

    def svg(self, spec: Spec) -> Future[str]:
        """A chart as SVG, soon."""
        return self._drawn(svg, spec)

    def png(self, spec: Spec) -> Future[bytes]:
        """A chart as PNG, soon."""
        return self._drawn(png, spec)

    def _drawn(self, draw: Callable[[str], Any], spec: Spec) -> Future[Any]:
        text = json.dumps(spec, separators=(",", ":"))
        known = hashlib.sha256(f"{draw.__name__}\0{text}".encode()).hexdigest()
        with self._lock:
            found = self._kept.get(known)
            if found is None or (found.done() and found.exception() is not None):
                found = self._kept[known] = self._executor.submit(draw, text)
            self._kept.move_to_end(known)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def close(self) -> None:
        """End the processes; nobody waits for what is still being drawn."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _quiet() -> None:
    """Ctrl-C is sent to every process of a terminal; this one says nothing about it, and ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """However the parent ended: a worker that waits for work would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
