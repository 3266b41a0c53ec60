"""The providers in order of preference, with a circuit breaker before each but the last.

The last is the offline model: always there, never tripped, so that a customer is answered whatever
happens outside. A step that one provider fails, or has no money left for, is given to the next
within one deadline. Whoever listens hears in the end exactly the reply, whichever provider gave it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.clock import Clock
from bot.errors import ModelError, ModelUnavailable
from bot.llm.base import Model, ModelReply, ModelRequest, Purpose
from bot.llm.breaker import Breaker
from bot.llm.chat_errors import CannotServe
from bot.llm.llama import LlamaModel
from bot.llm.openai import OpenAIModel
from bot.llm.streaming import Telling
from bot.llm.vision import sees
from bot.settings import Settings

STEP_S = 45.0
"""For all providers of one step together, the last excepted."""

OnFailure = Callable[[str, ModelError], None]


class Budget(Protocol):
    """What a provider may still be asked for; bot/llm/budget.py is one."""

    async def admits(self, purpose: Purpose) -> bool:
        """Whether there is money left for this."""

    def add(self, reply: ModelReply) -> None:
        """Count what a step cost."""

    async def close(self) -> None:
        """Let go of what still runs."""


class ModelChain:
    """Providers in order; the last must always answer."""

    def __init__(
        self,
        models: Sequence[Model],
        *,
        clock: Clock,
        step_s: float = STEP_S,
        on_failure: OnFailure | None = None,
        budgets: Mapping[str, Budget] | None = None,
        for_evaluation: bool = False,
    ) -> None:
        """`budgets` by provider's name; `for_evaluation` keeps apart what all this costs."""
        if not models:
            raise ValueError("a chain needs at least the offline model")
        self.name = "chain"
        self.on_failure = on_failure
        """Called with the provider's name and its error; for metrics. May be set later."""
        self._outer = tuple((model, Breaker()) for model in models[:-1])
        self._last = models[-1]
        self._clock = clock
        self._step_s = step_s
        self._budgets = dict(budgets or {})
        self._for_evaluation = for_evaluation

    @property
    def providers(self) -> tuple[str, ...]:
        """Names in order of preference."""
        return (*(model.name for model, _ in self._outer), self._last.name)

    def is_open(self, position: int) -> bool:
        """Whether the breaker of the provider at this place in the order has tripped."""
        return self._outer[position][1].is_open

    async def respond(self, request: ModelRequest) -> ModelReply:
        """The first usable answer, marked with who gave it and what was spent on the way.

        Raises:
            ModelUnavailable: nobody is left who could do this; the last only answers customers.
            ModelError: the last provider failed too.
        """
        purpose: Purpose = "evaluation" if self._for_evaluation else request.purpose
        telling = Telling(request.listener)
        spent: list[ModelReply] = []

        def note(reply: ModelReply) -> None:
            spent.append(replace(reply, purpose=purpose))
            self._count(reply)
            if request.on_spent is not None:
                request.on_spent(spent[-1])

        listener = telling.piece if request.listener is not None else None
        heard = replace(request, listener=listener, on_spent=note)
        try:
            reply = await self._first_usable(heard, purpose)
        except ModelError:
            telling.anew()
            raise
        telling.settle(reply.text)
        self._count(reply)
        return replace(reply, purpose=purpose, agent=request.agent, spent=tuple(spent))

    async def close(self) -> None:
        """Close every provider, even if one fails at it."""
        models = (*(model for model, _ in self._outer), self._last)
        closing = (*(model.close() for model in models), *(b.close() for b in self._all_budgets()))
        await asyncio.gather(*closing, return_exceptions=True)

    async def _first_usable(self, request: ModelRequest, purpose: Purpose) -> ModelReply:
        deadline_ms = self._clock.monotonic_ms() + 1000.0 * self._step_s
        for model, breaker in self._outer:
            budget = self._budgets.get(model.name)
            if budget is not None and not await budget.admits(purpose):
                continue
            now_ms = self._clock.monotonic_ms()
            if now_ms >= deadline_ms or not breaker.admit(now_ms):
                continue
            reply = await self._ask(model, breaker, request, (deadline_ms - now_ms) / 1000.0)
            if reply is not None:
                return _marked(reply, model)
        if request.purpose not in ("turn", "evaluation"):
            raise ModelUnavailable(f"no provider is left to ask for a {request.purpose}")
        return await self._ask_last(request)

    async def _ask_last(self, request: ModelRequest) -> ModelReply:
        try:
            return _marked(await self._last.respond(_afresh(request)), self._last)
        except ModelError as error:
            self._report(self._last, error)
            raise

    async def _ask(
        self, model: Model, breaker: Breaker, request: ModelRequest, left_s: float
    ) -> ModelReply | None:
        """The provider's answer, or None once its failure is noted."""
        try:
            async with asyncio.timeout(left_s):
                reply = await model.respond(_afresh(request))
        except CannotServe:
            # Neither a failure nor a success: it says nothing of what else it is asked for.
            breaker.abandoned()
            return None
        except ModelError as error:
            failure = error
        except TimeoutError:
            failure = ModelUnavailable(f"{model.name}: the step's deadline passed")
        except asyncio.CancelledError:
            breaker.abandoned()
            raise
        else:
            breaker.succeeded()
            return reply
        breaker.failed(self._clock.monotonic_ms(), failure)
        self._report(model, failure)
        return None

    def _report(self, model: Model, error: ModelError) -> None:
        if self.on_failure is not None:
            self.on_failure(model.name, error)

    def _count(self, reply: ModelReply) -> None:
        budget = self._budgets.get(reply.provider)
        if budget is not None:
            budget.add(reply)

    def _all_budgets(self) -> set[Budget]:
        return set(self._budgets.values())


def _afresh(request: ModelRequest) -> ModelRequest:
    """The request as the next provider gets it: what another said does not count any more."""
    if request.listener is not None:
        request.listener("")
    return request


def _marked(reply: ModelReply, model: Model) -> ModelReply:
    return reply if reply.provider else replace(reply, provider=model.name)


def build_models(
    settings: Settings,
    offline: Model,
    clock: Clock,
    *,
    budgets: Mapping[str, Budget] | None = None,
    for_evaluation: bool = False,
) -> ModelChain:
    """The configured providers, in order, and the offline model behind them.

    OPENAI_MODEL may list several names with commas: the later ones stand in for the earlier.
    """
    models: list[Model] = []
    api_key = settings.openai_api_key.get_secret_value()
    if api_key:
        models += [
            OpenAIModel(
                name,
                api_key=api_key,
                clock=clock,
                base_url=settings.openai_base_url,
                sees=sees(settings.openai_vision, name),
            )
            for name in (part.strip() for part in settings.openai_model.split(","))
            if name
        ]
    if settings.llama_base_url:
        models.append(own_server(settings, clock))
    return ModelChain(
        (*models, offline), clock=clock, budgets=budgets, for_evaluation=for_evaluation
    )


def own_server(settings: Settings, clock: Clock) -> LlamaModel:
    """The model behind LLAMA_BASE_URL."""
    return LlamaModel(
        settings.llama_base_url,
        clock=clock,
        model=settings.llama_model,
        context=settings.llama_context,
    )
