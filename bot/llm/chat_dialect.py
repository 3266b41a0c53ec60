"""The chat-completions dialect that OpenAI and every compatible server speak, both directions.

Prompt to wire, with the repairs that keep a cut history acceptable; stream of chunks to one
assembled reply. Knows no network: bot/llm/chat_client.py carries what is made here.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import ModelMisbehaved
from bot.llm.base import ModelRequest, PromptMessage, Role, ToolCall, ToolSpec

REPLY_CHARS_MAX = 60_000
"""More than this is a runaway model, and would only fill the memory."""
CALLS_MAX = 16
TOKENS_MAX = 100_000_000
"""A count above this is a slip of the server's, and would not fit the column."""
MODEL_CHARS_MAX = 120
UNSEEN = "(You cannot see the pictures; a person of the team can.)"
NO_RESULT = '{"error": "this call was interrupted and has no result"}'

_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
_OPEN_THINKING = re.compile(r"<think(?:ing)?>.*\Z", re.DOTALL | re.IGNORECASE)
_CLOSED_THINKING = re.compile(r"\A.*</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)

Wire = dict[str, object]


def to_wire(request: ModelRequest, *, sees: bool = False) -> list[Wire]:
    """The prompt as the server takes it: instructions first, every tool call answered.

    Pictures go along only where the model `sees`; any other is told that there are some.
    """
    system: Wire = {"role": "system", "content": request.instructions}
    return [system, *repaired(request.messages, sees=sees)]


def repaired(messages: Sequence[PromptMessage], *, sees: bool = False) -> list[Wire]:
    """Messages on the wire, where each tool call is followed at once by exactly one result.

    A crash or a shortened history leaves calls without results, results without calls and, from
    some servers, ids used twice; any of them makes the vendor refuse the whole prompt.
    """
    wire: list[Wire] = []
    used: set[str] = set()
    for position, message in enumerate(messages):
        if message.role is Role.TOOL:
            continue  # Written with the call it answers, or an orphan that nobody asked for.
        if message.role is Role.ASSISTANT and message.tool_calls:
            wire.extend(_calls_on_wire(message, _results_after(messages, position), used))
        elif message.text or message.images:
            wire.append({"role": message.role.value, "content": _content(message, sees=sees)})
    return wire


def _content(message: PromptMessage, *, sees: bool) -> object:
    """Plain text wherever it will do: some servers take nothing else."""
    if not message.images:
        return message.text
    if not sees:
        return f"{message.text}\n{UNSEEN}"
    parts: list[Wire] = [{"type": "text", "text": message.text}]
    for image in message.images:
        url = "data:image/jpeg;base64," + base64.b64encode(image).decode()
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return parts


def _results_after(messages: Sequence[PromptMessage], position: int) -> list[PromptMessage]:
    """Tool entries up to the next word of anyone else."""
    results: list[PromptMessage] = []
    for message in messages[position + 1 :]:
        if message.role is not Role.TOOL:
            break
        results.append(message)
    return results


def _calls_on_wire(
    message: PromptMessage, results: list[PromptMessage], used: set[str]
) -> Iterable[Wire]:
    calls: list[Wire] = []
    answers: list[Wire] = []
    for call in message.tool_calls:
        call_id = unique_id(call.id, used)
        answer = next((r for r in results if r.tool_call_id == call.id), None)
        if answer is not None:
            results.remove(answer)
        function = {"name": call.name, "arguments": _as_json_object(call.arguments)}
        calls.append({"id": call_id, "type": "function", "function": function})
        text = answer.text if answer and answer.text else NO_RESULT
        answers.append({"role": "tool", "tool_call_id": call_id, "content": text})
    yield {"role": "assistant", "content": message.text or None, "tool_calls": calls}
    yield from answers


def _as_json_object(arguments: str) -> str:
    """Servers with chat templates parse old arguments again, and fail on the model's own slips."""
    try:
        parsed = json.loads(arguments)
    except ValueError:
        return "{}"
    return arguments if isinstance(parsed, dict) else "{}"


def unique_id(wanted: str, used: set[str]) -> str:
    """`wanted`, or one made up where it is empty or taken; marks it as used."""
    number = len(used)
    unique = wanted or f"call_{number}"
    while unique in used:
        number += 1
        unique = f"{wanted or 'call'}_{number}"
    used.add(unique)
    return unique


def tools_on_wire(tools: Sequence[ToolSpec], *, strict: bool) -> list[Wire]:
    """Tool descriptions; `strict` only for servers that are known to take it."""
    extra: Mapping[str, object] = {"strict": True} if strict else {}
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
                **extra,
            },
        }
        for tool in tools
    ]


def without_thinking(text: str) -> str:
    """A reply less what a reasoning model said to itself, whether or not the tags are paired."""
    text = _THINKING.sub("", text)
    text = _CLOSED_THINKING.sub("", text)
    return _OPEN_THINKING.sub("", text).strip()


@dataclass(slots=True)
class _OpenCall:
    """A tool call whose pieces are still coming."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Assembly:
    """One streamed reply being put together. Feed it every chunk, then ask for the outcome."""

    text: str = ""
    finish_reason: str = ""
    refusal: str = ""
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    thought_chars: int = 0
    """Of reasoning that came beside the text; nobody is shown it."""
    _is_over: bool = False
    _calls: dict[int, _OpenCall] = field(default_factory=dict)

    @property
    def has_output(self) -> bool:
        """Whether anything has come that a second attempt would repeat."""
        return bool(self.text or self._calls or self.refusal)

    @property
    def is_alive(self) -> bool:
        """Whether the model has begun, if only to think."""
        return self.has_output or bool(self.thought_chars)

    @property
    def is_whole(self) -> bool:
        """Whether the server has come to its end: a reason, or the usage that follows the last."""
        return bool(self.finish_reason) or self._is_over

    @property
    def output_chars(self) -> str:
        """All that was written, as one text to count."""
        return self.text + "".join(call.name + call.arguments for call in self._calls.values())

    def feed(self, chunk: object) -> None:
        """Add a chunk. Blank deltas, usage chunks without choices and unknown fields are legal."""
        self.model = _model_of(chunk) or self.model
        choices = (getattr(chunk, "choices", None) or [])[:1]
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self.input_tokens = _count_of(usage, "prompt_tokens")
            self.output_tokens = _count_of(usage, "completion_tokens")
            details = getattr(usage, "prompt_tokens_details", None)
            self.cached_tokens = _count_of(details, "cached_tokens")
            # vLLM can send usage with every chunk; only the last has no choices beside it.
            self._is_over = not choices
        for choice in choices:
            self.finish_reason = _text_of(choice, "finish_reason") or self.finish_reason
            self._feed_delta(getattr(choice, "delta", None))

    def _feed_delta(self, delta: object) -> None:
        # llama.cpp and older vLLM say reasoning_content, Ollama and newer vLLM reasoning.
        self.thought_chars += len(
            _text_of(delta, "reasoning_content") or _text_of(delta, "reasoning")
        )
        self.text += _text_of(delta, "content")
        self.refusal += _text_of(delta, "refusal")
        for position, piece in enumerate(getattr(delta, "tool_calls", None) or []):
            self._feed_call(position, piece)
        written = len(self.text) + sum(len(call.arguments) for call in self._calls.values())
        if written + self.thought_chars > REPLY_CHARS_MAX or len(self._calls) > CALLS_MAX:
            raise ModelMisbehaved(f"the reply grew past {REPLY_CHARS_MAX} characters or its calls")

    def _feed_call(self, position: int, piece: object) -> None:
        index = _count_of(piece, "index")
        index = position if index is None else index
        function = getattr(piece, "function", None)
        call_id, name = _text_of(piece, "id"), _text_of(function, "name")
        known = self._calls.get(index)
        if known is not None and name and known.name and call_id and call_id != known.id:
            # Some local servers give every whole call the same index.
            index = max(self._calls) + 1
        call = self._calls.setdefault(index, _OpenCall())
        call.id = call.id or call_id
        call.name = call.name or name
        call.arguments += _arguments_of(function)

    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls in order, ids repaired where the server left them empty or repeated."""
        used: set[str] = set()
        return tuple(
            ToolCall(
                id=unique_id(call.id, used),
                name=call.name,
                arguments=call.arguments.strip() or "{}",
            )
            for _, call in sorted(self._calls.items())
            if call.name
        )


def _arguments_of(function: object) -> str:
    """Arguments as text: some servers send them parsed already."""
    arguments = getattr(function, "arguments", None)
    if isinstance(arguments, Mapping):
        return json.dumps(arguments, ensure_ascii=False)
    return arguments if isinstance(arguments, str) else ""


def _text_of(source: object, name: str) -> str:
    value = getattr(source, name, None)
    return value if isinstance(value, str) else ""


def _count_of(source: object, name: str) -> int | None:
    value = getattr(source, name, None)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= TOKENS_MAX
    return value if is_count else None


def _model_of(chunk: object) -> str:
    """The model's name for the record: llama.cpp gives the path of its file, a hostile one more."""
    name = _text_of(chunk, "model")
    if name.startswith("/") or "\\" in name:
        name = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in name if c.isprintable())[:MODEL_CHARS_MAX]
