"""What a failed attempt means: which error of ours it is, and whether to try the server once more.

Nothing of the server's own words passes, because they may quote the prompt: only status, code and
request id do, and those only in the plain alphabet that codes are written in.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

import openai

from bot.errors import ModelError, ModelMisbehaved, ModelUnavailable

_RETRIED_STATUSES = frozenset({408, 409, 429})
_SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_TOO_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# vLLM has no code for it: "This model's maximum context length is 4096 tokens. However, ...".
_TOO_LONG_WORDS = re.compile(
    r"maximum (?:context|model) length|context length is only|available context size"
)
# llama.cpp without --jinja (500), vLLM without a parser (400), an Ollama model without (400).
_NO_TOOLS_WORDS = re.compile(
    r"tools param requires --jinja.{0,40}|\"auto\" tool choice requires.{0,120}"
    r"|[\w./:-]{1,200} does not support tools"
)


class ContextTooLong(ModelMisbehaved):
    """The prompt does not fit the model; a shorter one may."""


class CannotServe(ModelUnavailable):
    """Nothing is wrong with the provider, but this kind of request is not for it."""


class NoTools(CannotServe):
    """The server or its model takes no tools."""


class ContextTooSmall(CannotServe):
    """Not even the shortest prompt leaves room for a reply."""


class Failure(Exception):
    """A failed attempt, judged; never leaves bot/llm."""

    def __init__(
        self, error: ModelError, *, may_retry: bool, retry_after_s: float | None = None
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.may_retry = may_retry
        self.retry_after_s = retry_after_s


def failure_of(provider: str, error: Exception, had_output: bool) -> Exception:
    """Our error for one of the client's: a Failure, or a ModelError that ends the step."""
    fresh = not had_output
    if isinstance(error, Failure):
        return error
    if isinstance(error, openai.APIStatusError):
        return _of_status(provider, error, fresh)
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        # A server that stayed silent this long will not be quicker the second time.
        return Failure(ModelUnavailable(f"{provider}: timed out"), may_retry=False)
    if isinstance(error, openai.APIConnectionError):
        return Failure(ModelUnavailable(f"{provider}: connection failed"), may_retry=fresh)
    if isinstance(error, openai.APIError):
        return _of_stream_error(provider, error, fresh)
    if isinstance(error, ValueError):
        return ModelMisbehaved(f"{provider}: the stream is not the dialect's")
    return ModelUnavailable(f"{provider}: {type(error).__name__} while reading the stream")


def _of_status(provider: str, error: openai.APIStatusError, fresh: bool) -> Exception:
    status = error.status_code
    codes = _codes(error.body, error)
    what = _worded(provider, status, codes, error.request_id)
    if status in (400, 500) and _NO_TOOLS_WORDS.fullmatch(_message(error.body)):
        return NoTools(what)
    if codes & _TOO_LONG or (status == 400 and _TOO_LONG_WORDS.search(_message(error.body))):
        return ContextTooLong(what)
    if codes & _SPENT:
        return Failure(ModelUnavailable(what, retry_after_s=3600.0), may_retry=False)
    if status in _RETRIED_STATUSES or status >= 500:
        after_s = retry_after(error.response.headers, error.response.headers.get("date", ""))
        unavailable = ModelUnavailable(what, retry_after_s=after_s)
        return Failure(unavailable, may_retry=fresh, retry_after_s=after_s)
    if status in (401, 403, 404):
        # A wrong key or a retired model: the next provider may answer.
        return Failure(ModelUnavailable(what), may_retry=False)
    return ModelMisbehaved(what)


def _of_stream_error(provider: str, error: openai.APIError, fresh: bool) -> Exception:
    """An error line inside a stream that began with 200."""
    codes = _codes(error.body, error)
    what = _worded(provider, None, codes, None)
    if codes & _TOO_LONG:
        return ContextTooLong(what)
    return Failure(ModelUnavailable(what), may_retry=fresh and not codes & _SPENT)


def _codes(body: object, error: openai.APIError) -> frozenset[str]:
    """The code and type of an error, wherever the server has put them."""
    found: list[object] = [error.code, error.type]
    if isinstance(body, dict):
        inner = body.get("error")
        inner = inner if isinstance(inner, dict) else body
        found += [inner.get("code"), inner.get("type")]
    return frozenset(code for code in found if isinstance(code, str) and _CODE.fullmatch(code))


def _message(body: object) -> str:
    """The server's words, to be recognised and never passed on."""
    if not isinstance(body, dict):
        return ""
    inner = body.get("error")
    found = inner.get("message") if isinstance(inner, dict) else inner or body.get("message")
    return found[:500].strip() if isinstance(found, str) else ""


def _worded(provider: str, status: int | None, codes: frozenset[str], request: str | None) -> str:
    parts = [f"{provider}: refused" if status is None else f"{provider}: status {status}"]
    if codes:
        parts.append("code " + "/".join(sorted(codes)))
    if request and _CODE.fullmatch(request):
        parts.append(f"request {request}")
    return ", ".join(parts)


def retry_after(headers: object, server_date: str) -> float | None:
    """Seconds the server asks us to wait, from `retry-after-ms` or `Retry-After` in either form."""
    get = getattr(headers, "get", lambda _name: None)
    try:
        milliseconds = get("retry-after-ms")
        if milliseconds:
            return max(0.0, float(milliseconds) / 1000.0)
        value = get("retry-after")
        if not value:
            return None
        if re.fullmatch(r"\d+(?:\.\d+)?", value.strip()):
            return float(value)
        # A date is read against the server's own clock, which need not agree with ours.
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(server_date)
        return max(0.0, wait.total_seconds())
    except (TypeError, ValueError):
        return None
