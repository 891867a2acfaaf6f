"""What memory reaches over a wire: a web page, an embeddings endpoint, and a real Chroma server."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from memory.retrieval.encoder import EndpointEncoder


class ChromaServer:
    """The server of the package chromadb, in a process of its own on the loopback."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, store: str = "store") -> None:
        """Start it with what lies in a store; another one is a server that has lost everything."""
        program = Path(sys.executable).with_name("chroma")
        command = [
            program,
            "run",
            "--path",
            self._folder / store,
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]}
        )
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the Chroma server doesn't start")

    def stop(self) -> None:
        """Kill it."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def collections(self) -> set[str]:
        """The names of what it holds."""
        path = "/api/v2/tenants/default_tenant/databases/default_database/collections"
        return {found["name"] for found in httpx.get(self.url + path).raise_for_status().json()}


class Embeddings:
    """An OpenAI-compatible embeddings endpoint on the loopback; `broken`, it answers with an error.

    A text's vector counts its words by their first letters, so that like texts are near to each other.
    """

    def __init__(self) -> None:
        self.broken = False
        self.texts: list[str] = []
        self.requests = 0
        self._asking: list[EndpointEncoder] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
                outer.requests += 1
                body = b"{}"
                if not outer.broken:
                    outer.texts += asked
                    data = [{"index": n, "embedding": letters(text)} for n, text in enumerate(asked)]
                    body = json.dumps({"data": data}).encode()
                self.send_response(503 if outer.broken else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def encoder(self) -> EndpointEncoder:
        """What the product asks it with."""
        made = EndpointEncoder(self.url, "a model", None)
        self._asking.append(made)
        return made

    def close(self) -> None:
        for encoder in self._asking:
            encoder._client.close()  # the product keeps its one for as long as it runs
        self._server.shutdown()
        self._server.server_close()


def letters(text: str) -> list[float]:
    """How often each of 32 letters begins a word, never all zero."""
    counted = [0.01] * 32
    for word in text.lower().split():
        counted[ord(word[0]) % 32] += 1.0
    return counted


@asynccontextmanager
async def served(body: bytes | Callable[[], bytes], *, delay_s: float = 0.0) -> AsyncIterator[str]:
    """An address on the loopback that answers with a text, or with what it then is, after a while."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), delay_s)  # or until the asker hangs up
        text = body if isinstance(body, bytes) else body()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/markdown\r\ncontent-length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/flames.md"
