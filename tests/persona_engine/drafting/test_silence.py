"""Nothing is reported to anybody, whatever the environment says; and nothing is loaded without need."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.emulators.openai.server import OpenAI
from tests.support.source import ROOT

ASK = """
import asyncio, sys
from persona_engine.drafting import clients, wire
from persona_engine.drafting.types import Line

async def main():
    http = wire.client(private=True)
    made = clients.build("compatible", model="small", url=sys.argv[1], key="sk-own", max_tokens=20,
                         temperature=None, http=http)
    print((await clients.ask(made, [Line("user", "Why?")])).text)
    await http.aclose()

asyncio.run(main())
"""
UNGUARDED = """
import sys
from langchain.chat_models import init_chat_model
made = init_chat_model("small", model_provider="openai", base_url=sys.argv[1], api_key="sk-own")
print(made.invoke("Why?").text)
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


class Listener:
    """Whatever a telemetry service would be sent."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.heard.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_GET = do_PATCH = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


def run(program: str, url: str, listener: Listener) -> subprocess.CompletedProcess[str]:
    said = {
        f"{prefix}_{name}": value
        for prefix in ("LANGSMITH", "LANGCHAIN")
        for name, value in {
            "TRACING": "true", "TRACING_V2": "true", "ENDPOINT": listener.url, "API_KEY": "lsv2_x",
            "PROJECT": "spy",
        }.items()
    }  # fmt: skip
    said |= {"OPENAI_ORG_ID": "org-spy", "OPENAI_PROJECT_ID": "proj-spy", "OPENAI_LOG": "debug"}
    return subprocess.run(
        [sys.executable, "-c", program, url],
        env={"PATH": os.environ["PATH"], **said},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.slow
def test_no_setting_of_the_environment_has_anything_reported(openai: OpenAI, listener: Listener) -> None:
    ran = run(ASK, openai.url, listener)
    assert "hot soot" in ran.stdout
    assert listener.heard == []
    assert "Why?" not in ran.stderr
    assert "spy" not in json.dumps(openai.requests[0].headers)
    # The same settings do report where nobody silences them: so the listener would have heard it.
    run(UNGUARDED, openai.url, listener)
    assert listener.heard
    assert "spy" in json.dumps(openai.requests[-1].headers)


@pytest.mark.slow
def test_a_gateway_in_the_environment_is_not_used(openai: OpenAI, listener: Listener) -> None:
    program = "import os\nos.environ['LANGSMITH_GATEWAY'] = os.environ['LANGSMITH_ENDPOINT']\n" + ASK
    assert "hot soot" in run(program, openai.url, listener).stdout
    assert listener.heard == []
