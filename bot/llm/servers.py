"""Servers of our own that speak the chat-completions dialect: told apart, asked what they are.

Source, read 2026-11-23: llama.cpp tools/server README and a server of build 11549 (`/props`,
`/health`, `/v1/models`); Ollama's api.md (`/api/version`) and context-length page; vLLM's
openai_compatible_server page (`/version`, `max_model_len` in `/v1/models`). What they answer is
what somebody else runs there, so every page may be missing or malformed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bot.errors import ModelUnavailable

PROBE_S = 3.0
WANTED_CONTEXT = 8_192
"""Tokens in which our instructions, tools and a conversation fit; tools alone take about half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKind:
    """What one kind of server does in its own way."""

    name: str
    mend_tools: str
    """What to do where it takes no tools."""
    mend_context: str
    """What to do where its context is too small."""
    context: int | None = None
    """Tokens it has unless it says otherwise."""
    output_limit_field: str = "max_tokens"


LLAMA_CPP = ServerKind(
    name="llama.cpp",
    mend_tools="start llama-server with --jinja and a model whose template knows tools",
    mend_context="start llama-server with a larger -c, or fewer slots (-np)",
)
OLLAMA = ServerKind(
    name="Ollama",
    mend_tools="choose a model that `ollama show` lists with tools, and name it in LLAMA_MODEL",
    mend_context="start Ollama with OLLAMA_CONTEXT_LENGTH, and set LLAMA_CONTEXT to the same",
    # It does not tell what it has, and cuts what is longer without a word.
    context=4_096,
)
VLLM = ServerKind(
    name="vLLM",
    mend_tools="start vllm serve with --enable-auto-tool-choice and --tool-call-parser",
    mend_context="start vllm serve with a larger --max-model-len",
)
OTHER = ServerKind(
    name="a compatible server",
    mend_tools="serve a model that takes tools",
    mend_context="give it a larger context, and set LLAMA_CONTEXT to it",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answered."""

    kind: ServerKind
    version: str = ""
    models: tuple[str, ...] = ()
    contexts: Mapping[str, int]
    """Tokens by model, where the server says."""
    context: int | None = None
    """Tokens for whichever model, where the server says."""
    has_tool_template: bool = True
    """False where the server says that its template has no place for tools; it may take them."""

    def context_of(self, model: str) -> int | None:
        """Tokens for prompt and reply of one request, where known."""
        return self.context or self.contexts.get(model) or self.kind.context


async def look(root: str) -> Server:
    """Ask a server which it is and what it serves.

    Raises:
        ModelUnavailable: not reachable, or still loading its model.
    """
    timeout = aiohttp.ClientTimeout(total=PROBE_S)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        await _require_health(http, root)
        props, ollama, vllm, models = await asyncio.gather(
            *(_page(http, root + path) for path in _PAGES)
        )
    settings = _mapping(props.get("default_generation_settings"))
    listed = [_mapping(each) for each in _sequence(models.get("data"))]
    named = {str(each["id"]): each for each in listed if each.get("id")}
    kind, version = _kind(props, ollama, vllm)
    return Server(
        kind=kind,
        version=version[:40],
        models=tuple(named),
        contexts={
            name: tokens
            for name, each in named.items()
            if (tokens := _tokens(each.get("max_model_len")))
        },
        context=_tokens(settings.get("n_ctx")),
        has_tool_template=_mapping(props.get("chat_template_caps")).get("supports_tools", True)
        is not False,
    )


_PAGES = ("/props", "/api/version", "/version", "/v1/models")


def _kind(
    props: Mapping[str, object], ollama: Mapping[str, object], vllm: Mapping[str, object]
) -> tuple[ServerKind, str]:
    """llama.cpp first: it also answers some of Ollama's pages."""
    if "default_generation_settings" in props:
        return LLAMA_CPP, str(props.get("build_info") or "")
    if isinstance(ollama.get("version"), str):
        return OLLAMA, str(ollama["version"])
    if isinstance(vllm.get("version"), str):
        return VLLM, str(vllm["version"])
    return OTHER, ""


async def _require_health(http: aiohttp.ClientSession, root: str) -> None:
    """llama.cpp answers 503 while it loads; servers without this page answer 404."""
    try:
        async with http.get(f"{root}/health") as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError):
        raise ModelUnavailable("llama: the server cannot be reached") from None
    if status >= 500:
        raise ModelUnavailable(f"llama: the server is not ready, status {status}")


async def _page(http: aiohttp.ClientSession, url: str) -> Mapping[str, object]:
    """A page's JSON object; empty where there is none."""
    try:
        async with http.get(url) as response:
            if response.status != 200:
                return {}
            return _mapping(await response.json(content_type=None))
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return {}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _tokens(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if value > 0 else None
