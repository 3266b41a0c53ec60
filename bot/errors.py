"""Every error this service raises on purpose, as one tree.

    ConciergeError
    ├── CallerError        the caller's fault: answered, counted
    │   ├── BadSignature 401    BadPayload 400    TooLarge 413
    │   └── UnsupportedEvent 200 (known, deliberately not handled)
    ├── VendorError        a channel vendor's fault
    │   ├── VendorUnavailable   retry later        VendorRefused    never again
    │   └── VendorSilent        no answer came: the outcome is unknown
    ├── ModelError         a model provider's fault
    │   ├── ModelUnavailable    ModelMisbehaved    StepLimitReached
    ├── ToolError          the turn goes on
    │   ├── ToolFailed (told to the model)         ToolDenied
    └── NotFound 404   Conflict 409   ConfigError (refuse to start)   LeaseLost   BookingRefused
        StoreUnavailable 503 (nothing was stored: the caller must come again)

`retryable` is read only by jobs/base.py, `http_status` only by handlers/middleware.py. Messages
carry ids and field names, never what a customer wrote.
"""

from __future__ import annotations


class ConciergeError(Exception):
    """Base of everything raised on purpose."""

    retryable: bool = False
    http_status: int = 500


class CallerError(ConciergeError):
    """Whoever called us made a mistake."""

    http_status = 400


class BadSignature(CallerError):
    """The request is not proved to come from the vendor."""

    http_status = 401


class BadPayload(CallerError):
    """The request is the vendor's but cannot be read; the message names the field."""


class TooLarge(CallerError):
    """The request exceeds the stated bound."""

    http_status = 413


class UnsupportedEvent(CallerError):
    """A known kind of event that deliberately changes nothing."""

    http_status = 200


class VendorError(ConciergeError):
    """A channel vendor failed us; `code` is the vendor's own code or an HTTP status."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class VendorUnavailable(VendorError):
    """Nothing was done and a later try may succeed."""

    retryable = True

    def __init__(self, message: str, *, code: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class VendorRefused(VendorError):
    """The vendor will not do this, however often it is asked."""


class VendorSilent(VendorError):
    """The request may or may not have been carried out; look before trying again."""


class ModelError(ConciergeError):
    """A model provider failed us."""


class ModelUnavailable(ModelError):
    """The provider cannot answer now; the next one may."""

    retryable = True

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelMisbehaved(ModelError):
    """The provider answered with something that is no usable reply."""


class StepLimitReached(ModelError):
    """The turn used up its steps, tokens, seconds or cents."""


class ToolError(ConciergeError):
    """A tool call did not do what was asked."""


class ToolFailed(ToolError):
    """The tool could not do it; the message is told to the model."""


class ToolDenied(ToolError):
    """The agent has not been granted this tool, or the customer has not said yes."""


class NotFound(ConciergeError):
    """No such row."""

    http_status = 404


class Conflict(ConciergeError):
    """The row has changed since it was read."""

    http_status = 409


class LeaseLost(Conflict):
    """Another worker holds the conversation now, so this one must not commit."""


class BookingRefused(Conflict):
    """A write to a booking came too late or asked for what cannot be.

    `code` says why: slot_taken, overtaken (somebody else was at it), ran_out, terms_changed,
    not_open, not_held, not_agreed, not_awaiting, quote_unknown, quote_expired, quote_superseded.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class ConfigError(ConciergeError):
    """The settings or the business profile are wrong; the message names field and mend."""


class StoreUnavailable(ConciergeError):
    """The database did not take it, so nothing may be acknowledged (I1)."""

    retryable = True
    http_status = 503
