"""An OpenAI-compatible server on the loopback that answers as its script says, as JSON or as events.

Each script is a function that writes one answer; the server plays them in turn and repeats the last one.
"""

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Script = Callable[["Exchange"], None]


CHAT, TRANSCRIPTIONS = "/v1/chat/completions", "/v1/audio/transcriptions"


def form_of(content_type: str, raw: bytes) -> dict[str, Any]:
    """The fields of a form as they were sent: the bytes of each."""
    whole = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + raw, policy=HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in whole.iter_parts()  # an EmailMessage, under this policy
    }


@dataclass(frozen=True)
class Asked:
    """A request as it came over the wire; `body` is the JSON, or the form's fields."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def last(self) -> str:
        """What was said last."""
        return str(self.body["messages"][-1]["content"])


class Exchange(BaseHTTPRequestHandler):
    """One request and the means to answer it, well or badly."""

    protocol_version = "HTTP/1.1"
    server: "_Server"
    asked: Asked

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        raw = self.rfile.read(length)
        if len(raw) < length:  # the asker has gone in the middle of the question
            self.close_connection = True
            return
        kind = self.headers.get("content-type", "")
        body = form_of(kind, raw) if kind.startswith("multipart/") else json.loads(raw or b"{}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.path, headers, body)
        emulator = self.server.emulator
        emulator.requests.append(self.asked)
        if self.path not in (CHAT, TRANSCRIPTIONS):
            self.reply(404, {"error": {"message": "no such route", "type": "invalid_request_error"}})
        elif emulator.key and headers.get("authorization") != f"Bearer {emulator.key}":
            self.refuse(401, "Incorrect API key provided", code="invalid_api_key")
        else:
            emulator.next_script()(self)

    def reply(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        """Answer with a JSON object, or with bytes as they are."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def refuse(
        self, status: int, message: str, *, code: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        """Answer with an error as OpenAI writes it."""
        self.reply(status, {"error": {"message": message, "type": "error", "code": code}}, headers)

    def say(self, text: str, *, finish: str = "stop", usage: tuple[int, int] | None = (20, 10)) -> None:
        """Answer with a text, as events where they were asked for."""
        if self.asked.body.get("stream"):
            self.begin_events()
            for word in text.split(" "):
                self.event(self._chunk({"content": word + " "}))
            self.event(self._chunk({}, finish))
            self.part(b"data: [DONE]\n\n")
            self.part(b"")
        else:
            self.reply(200, self.completion(text, finish=finish, usage=usage))

    def hear(self, text: str) -> None:
        """Answer with what is said in a sound."""
        segment = {"id": 0, "start": 0.0, "end": 1.0, "text": f" {text}"}
        self.reply(200, {"task": "transcribe", "text": text, "segments": [segment] if text else []})

    def completion(
        self, text: str, *, finish: str = "stop", usage: tuple[int, int] | None = (20, 10)
    ) -> dict[str, Any]:
        """The object that an answer is."""
        message = {"role": "assistant", "content": text}
        whole: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": self.asked.body.get("model", ""),
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        if usage:
            names = ("prompt_tokens", "completion_tokens", "total_tokens")
            whole["usage"] = dict(zip(names, (*usage, sum(usage)), strict=True))
        return whole

    def _chunk(self, delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}

    def begin_events(self, kind: str = "text/event-stream") -> None:
        """Begin an answer whose length nobody knows."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, content: dict[str, Any]) -> None:
        """Send one event."""
        self.part(b"data: " + json.dumps(content).encode() + b"\n\n")

    def part(self, raw: bytes) -> None:
        """Send a part of such an answer; an empty one ends it."""
        self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")

    def hang_up(self) -> None:
        """End the connection in the middle, with a reset."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def wait(self, seconds: float) -> None:
        """Take one's time, as long as the server runs."""
        self.server.emulator.ended.wait(seconds)

    def until_gone(self) -> Iterator[None]:
        """Go on until the asker hangs up or the server ends."""
        while not self.server.emulator.ended.is_set():
            try:
                yield
            except OSError:
                return

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the asker has gone, or we have hung up
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    emulator: "OpenAI"


@dataclass
class OpenAI:
    """The server. `key` None takes any key; `requests` is all that was asked, `times` when (monotonic)."""

    script: list[Script]
    key: str | None = None
    requests: list[Asked] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), Exchange)
        self._server.emulator = self
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def speaks_tls(self, pem: Path) -> None:
        """Speak TLS from now on, with the certificate and key of a file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )

    def plays(self, *script: Script) -> None:
        """Play another script from now on."""
        with self._lock:
            self.script = list(script)

    def next_script(self) -> Script:
        """What is played next; the last one again and again."""
        with self._lock:
            self.times.append(time.monotonic())
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def close(self) -> None:
        """End every answer, and the server."""
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
