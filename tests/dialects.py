"""Servers of our own as they are, for tests: their pages, refusals and streams.

Provenance. llama.cpp: pages, streams and errors as a server of build 11549 with SmolLM2 gave them
on 2026-11-23, shortened. Ollama: error text from its issue 14795 (0.17.7), pages from api.md and
openai-compatibility. vLLM: error texts from its issue 9986 and langchain4j's 3475, pages from
openai_compatible_server, streams from its tool-calling page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from scripted_model import Step

Pages = Mapping[str, Mapping[str, object]]

LLAMA_CPP: Pages = {
    "/props": {
        "default_generation_settings": {"params": {"n_predict": -1}, "n_ctx": 4096},
        "total_slots": 1,
        "chat_template_caps": {"supports_tools": False, "supports_system_role": True},
        "build_info": "b11549",
    },
    # It answers some of Ollama's pages too.
    "/api/tags": {"models": []},
}
OLLAMA: Pages = {"/api/version": {"version": "0.17.7"}}
VLLM: Pages = {
    "/version": {"version": "0.15.0"},
    "/v1/models": {
        "object": "list",
        "data": [{"id": "Qwen/Qwen3-8B", "owned_by": "vllm", "max_model_len": 32_768}],
    },
}
REFUSALS: Mapping[str, tuple[Pages, Step, str]] = {
    "llama.cpp": (
        LLAMA_CPP,
        Step(
            status=500,
            body={
                "error": {
                    "code": 500,
                    "message": "tools param requires --jinja flag",
                    "type": "server_error",
                }
            },
        ),
        "--jinja",
    ),
    "Ollama": (
        OLLAMA,
        Step(
            status=400,
            body={
                "error": {
                    "message": "registry.ollama.ai/library/gemma3:4b does not support tools",
                    "type": "api_error",
                    "param": None,
                    "code": None,
                }
            },
        ),
        "ollama show",
    ),
    "vLLM": (
        VLLM,
        Step(
            status=400,
            body={
                "object": "error",
                "message": '"auto" tool choice requires --enable-auto-tool-choice and '
                "--tool-call-parser to be set",
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            },
        ),
        "--enable-auto-tool-choice",
    ),
}


def wire(*chunks: Mapping[str, object] | str, prefix: str = "data: ") -> Step:
    """Lines as a server sends them, and nothing else."""
    lines = tuple(
        prefix + (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False))
        for each in chunks
    )
    return Step(raw_lines=lines, finish_reason=None, usage=None, ending="cut")


def piece(delta: object, reason: str | None = None, **more: object) -> Mapping[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


def ending(prompt: int, completion: int, **more: object) -> Mapping[str, object]:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, **more}
    return {"object": "chat.completion.chunk", "model": "m", "choices": [], "usage": usage}
