"""Making LangChain's chat models, with everything that would report to anybody switched off."""

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from kernel import telemetry
from persona_engine.drafting.outcomes import NoPackage
from persona_engine.drafting.types import COMPATIBLE, Line

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# Providers that need a key and have an address of their own, with the package that reaches them. Others may
# read the operator's own credentials or load weights, so only an operator's own instance may name them.
PROVIDERS: Final[dict[str, str]] = {
    "anthropic": "langchain-anthropic",
    "cohere": "langchain-cohere",
    "deepseek": "langchain-deepseek",
    "fireworks": "langchain-fireworks",
    "google_genai": "langchain-google-genai",
    "groq": "langchain-groq",
    "mistralai": "langchain-mistralai",
    "nvidia": "langchain-nvidia-ai-endpoints",
    "openai": "langchain-openai",
    "openrouter": "langchain-openrouter",
    "perplexity": "langchain-perplexity",
    "together": "langchain-together",
    "xai": "langchain-xai",
}
_SILENCED: Final = ("LANGCHAIN_", "LANGSMITH_", "LC_OUTPUT_VERSION", "OPENAI_")
_OWN_LIMIT: Final = "api.openai.com"  # knows `max_completion_tokens` alone; some servers only `max_tokens`


@dataclass(frozen=True, slots=True)
class Client:
    """A chat model that is ready to be asked, and the HTTP client to close after it."""

    model: "BaseChatModel"
    extras: dict[str, Any]
    http: httpx.AsyncClient | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered: its text, its own count of tokens (None: it gave none), whether it was cut."""

    text: str
    tokens_in: int | None
    tokens_out: int | None
    cut: bool


def package_of(provider: str) -> str:
    """The package that brings a provider."""
    return PROVIDERS.get(provider, f"langchain-{provider.replace('_', '-')}")


def silence() -> None:
    """Take from this process whatever would have LangChain or a client of it report, log or go elsewhere.

    They read the environment themselves: traces for LangSmith, its gateway in place of the provider, logs
    of whole requests, another base address. A connection says all that it needs, so nothing of it is used.
    """
    for name in [each for each in os.environ if each.startswith(_SILENCED)]:
        del os.environ[name]
    telemetry.switch_off()


def load() -> None:
    """Import what every connection needs. Blocking: seconds the first time, and some 50 MB."""
    silence()
    for name in ("langchain.chat_models", "langchain_openai"):
        importlib.import_module(name)


def build(
    provider: str,
    *,
    model: str,
    url: str,
    key: str,
    max_tokens: int,
    temperature: float | None,
    http: httpx.AsyncClient,
) -> Client:
    """A chat model. Blocking the first time, see `load`.

    Raises:
        NoPackage: the provider's package isn't installed.
        Exception: whatever else the provider's package finds wrong.
    """
    load()
    from langchain.chat_models import init_chat_model  # seconds to import: only where a model is connected

    asked: dict[str, Any] = {"max_retries": 0, "api_key": key or "none", "max_tokens": max_tokens}
    if temperature is not None:
        asked["temperature"] = temperature
    if provider != COMPATIBLE:
        try:
            made = init_chat_model(model, model_provider=provider, **asked)
        except ImportError as error:
            raise NoPackage(package_of(provider)) from error
        return Client(made, {}, None)
    made = init_chat_model(
        model,
        model_provider="openai",
        base_url=url,
        use_responses_api=False,
        http_async_client=http,
        timeout=None,
        **asked,
    )
    own = urlsplit(url).hostname == _OWN_LIMIT
    return Client(made, {} if own else {"extra_body": {"max_tokens": max_tokens}}, http)


async def ask(client: Client, lines: Sequence[Line]) -> Said:
    """The whole answer; no part of it is used before the last has come.

    Raises:
        Exception: whatever the provider's client raises; `outcomes.classify` says what it means.
    """
    answer = await client.model.ainvoke([(line.role, line.text) for line in lines], **client.extras)
    usage: Any = answer.usage_metadata or {}
    details = answer.response_metadata
    why = str(details.get("finish_reason") or details.get("stop_reason") or "").lower()
    return Said(
        str(answer.text).strip(),
        usage.get("input_tokens"),
        usage.get("output_tokens"),
        why in ("length", "max_tokens"),
    )
