"""The worker: a process that answers one statement at a time, and has nothing but the tables it was given.

It is started by `pool`, without an environment, and with the descriptors of one socket and of those tables alone.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from slackanalytics.sandbox import confinement


def main(arguments: list[str]) -> None:
    """The process, until the other side hangs up. Takes its parent's number and the socket's descriptor."""
    parent, descriptor = map(int, arguments)
    layers = confinement.begin(parent)  # before anything is imported that might begin threads

    import socket

    from slackanalytics.sandbox import frames, serving

    with suppress(frames.Silence):
        worker = serving.Worker(socket.socket(fileno=descriptor), layers)
        worker.begin()
        worker.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
