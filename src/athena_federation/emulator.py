"""A Lambda handler over HTTP on this machine, answering as Lambda's runtime interface emulator does.

One JSON document is posted to any path, one comes back. Limits and errors are Lambda's, so that what works here fits
there: https://github.com/aws/aws-lambda-runtime-interface-emulator
"""

from __future__ import annotations

import json
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

REQUEST_LIMIT, RESPONSE_LIMIT = 6_291_456, 6_291_556
"""Bytes of a request and of an answer, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
TIMEOUT = 900.0
"""Seconds that a function is told it has."""
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda tells a function about its invocation."""

    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_name: str = "test_function"
    memory_limit_in_mb: str = "3008"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:012345678912:function:test_function"
    end: float = field(default_factory=lambda: monotonic() + TIMEOUT)

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.end - monotonic()) * 1000))


def serve_lambda(handler: Callable[[Any, Any], Any], port: int) -> None:
    """Serve on 127.0.0.1 until interrupted. Raises OSError where the port is taken."""
    with server(handler, port) as serving:
        serving.serve_forever()


def server(handler: Callable[[Any, Any], Any], port: int) -> ThreadingHTTPServer:
    """A server that is bound to 127.0.0.1 (port 0 takes a free one), and does not serve yet."""

    class Invocation(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # a body would wait 40 ms for the header before it to be acknowledged

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.headers.get("Origin") or self.headers.get("Host", "").partition(":")[0] not in LOOPBACK:
                return self.reply(403, error("Forbidden", "only programs on this machine are answered, no web pages"))
            if not length.isdigit():
                return self.reply(411, error("LengthRequired", "the request does not say how long it is"))
            if int(length) > REQUEST_LIMIT:
                message = f"{length} bytes are more than a request may have ({REQUEST_LIMIT} bytes)"
                return self.reply(413, error("RequestEntityTooLargeException", message))
            return self.reply(*invoke(handler, self.rfile.read(int(length))))

        def reply(self, status: int, body: bytes, failed: bool = True) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if failed:
                self.send_header("X-Amz-Function-Error", "Unhandled")
            if status in {403, 411, 413}:  # the body was not read
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged: requests name queries and keys."""

    return ThreadingHTTPServer(("127.0.0.1", port), Invocation)


def invoke(handler: Callable[[Any, Any], Any], body: bytes) -> tuple[int, bytes, bool]:
    """Call a handler as Lambda's Python runtime does: HTTP status, body, and whether the body describes an error."""
    context = Context()
    try:
        event = json.loads(body)
    except ValueError as problem:
        message = f"Unable to unmarshal input: {problem}"
        return 200, error("Runtime.UnmarshalError", message, context.aws_request_id), True
    try:
        answer = handler(event, context)
    except Exception as problem:  # noqa: BLE001 - the runtime reports everything
        frames = traceback.format_list(traceback.extract_tb(problem.__traceback__)[1:])
        return 200, error(type(problem).__name__, str(problem), context.aws_request_id, frames), True
    try:
        answered = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    except (TypeError, ValueError) as problem:
        message = f"Unable to marshal response: {problem}"
        return 200, error("Runtime.MarshalError", message, context.aws_request_id), True
    if len(answered) > RESPONSE_LIMIT:
        message = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
        return 502, error("Function.ResponseSizeTooLarge", message, context.aws_request_id), True
    return 200, answered, False


def error(kind: str, message: str, request_id: str = "", stack_trace: list[str] | None = None) -> bytes:
    """The body by which Lambda's Python runtime describes an error."""
    body = {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": stack_trace or []}
    return json.dumps(body).encode()
