"""Keeps files under the digest of what they hold: one small store, a folder or S3-compatible.

Knows no message, no type and no customer; bot/store/media_files.py says whose a file is. MEDIA_URL
chooses: nothing for DATA_DIR/media, a path or file:// URL, or s3://bucket/prefix with the AWS_*
settings. Source: docs of obstore 0.12, api/store/aws and api/store/local (read 2026-11-23).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from bot.errors import ConfigError, NotFound, StoreUnavailable
from bot.settings import Settings

KEPT = "kept:"
"""How the URL of a file begins that lies in our store."""
PUT_S = 8.0
"""A vendor waits for a webhook no longer than about 15 s, so a store that hangs is one that is
away."""
GET_S = 20.0
RETRY_S = 4.0
_KEY = re.compile(r"[0-9a-f]{64}")


def is_key(text: str) -> bool:
    """Whether this could name a file of the store."""
    return _KEY.fullmatch(text) is not None


def key_of(content: bytes) -> str:
    """Where the store keeps what holds this."""
    return hashlib.sha256(content).hexdigest()


def kept_url(key: str) -> str:
    """How a message names a file of the store."""
    return KEPT + key


def kept_key(url: str) -> str:
    """The key in such a name; empty where the URL is a vendor's."""
    key = url.removeprefix(KEPT)
    return key if url.startswith(KEPT) and is_key(key) else ""


class MediaStore:
    """Files by key. Nothing is opened, and no folder made, before the first use."""

    def __init__(self, open_store: Callable[[], LocalStore | S3Store]) -> None:
        self._open = open_store
        self._opened: LocalStore | S3Store | None = None

    @property
    def _store(self) -> LocalStore | S3Store:
        if self._opened is None:
            try:
                self._opened = self._open()
            except (BaseError, OSError, ValueError) as error:
                raise StoreUnavailable(f"MEDIA_URL: {type(error).__name__}") from error
        return self._opened

    async def put(self, content: bytes) -> str:
        """Keep it; the same content twice is one file. The key.

        Raises:
            StoreUnavailable: it is not kept.
        """
        key = await asyncio.to_thread(key_of, content)
        try:
            async with asyncio.timeout(PUT_S):
                await obstore.put_async(self._store, _path(key), content)
        except (BaseError, OSError, TimeoutError) as error:
            raise _away("put", error) from error
        return key

    async def get(self, key: str) -> bytes:
        """What was kept.

        Raises:
            NotFound: it is not there, or not what it was. StoreUnavailable: not now.
        """
        try:
            async with asyncio.timeout(GET_S):
                found = await obstore.get_async(self._store, _path(key))
                content = bytes(await found.bytes_async())
        except FileNotFoundError as error:
            raise NotFound(f"the file {key[:12]} is not kept any more") from error
        except (BaseError, OSError, TimeoutError) as error:
            raise _away("get", error) from error
        if await asyncio.to_thread(key_of, content) != key:
            raise NotFound(f"the file {key[:12]} is damaged")
        return content

    async def delete(self, key: str) -> None:
        """Keep it no longer; nothing where it was not kept.

        Raises:
            StoreUnavailable: it may still be there.
        """
        try:
            async with asyncio.timeout(GET_S):
                await obstore.delete_async(self._store, _path(key))
        except FileNotFoundError:
            return
        except (BaseError, OSError, TimeoutError) as error:
            raise _away("delete", error) from error

    async def list_older(self, before: datetime) -> AsyncIterator[str]:
        """The keys of files that were put before a moment.

        Raises:
            StoreUnavailable: not now.
        """
        try:
            async for some in obstore.list(self._store):
                for each in some:
                    key = each["path"].rpartition("/")[2]
                    if is_key(key) and each["last_modified"] < before:
                        yield key
        except (BaseError, OSError) as error:
            raise _away("list", error) from error


def nowhere() -> MediaStore:
    """A store that is never there, for those who keep no files."""

    def refuse() -> LocalStore:
        raise OSError("no store")

    return MediaStore(refuse)


def open_media(settings: Settings) -> MediaStore:
    """The store that the settings name.

    Raises:
        ConfigError: MEDIA_URL is neither a folder nor a bucket, or a setting of it is missing.
    """
    wanted = settings.media_url
    if not wanted:
        return MediaStore(lambda: _folder(settings.data_dir / "media"))
    parts = urlsplit(wanted)
    if parts.scheme == "s3":
        return _bucket(settings, parts.netloc, unquote(parts.path).strip("/"))
    if parts.scheme == "file" and not parts.netloc:
        return MediaStore(lambda: _folder(Path(unquote(parts.path))))
    if not parts.scheme:
        return MediaStore(lambda: _folder(Path(wanted)))
    raise ConfigError("MEDIA_URL: give a folder, file:///folder or s3://bucket/prefix")


def _folder(path: Path) -> LocalStore:
    # Whoever may not read the service's data may not read its customers' pictures either.
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(path.resolve(), automatic_cleanup=True)


def _bucket(settings: Settings, bucket: str, prefix: str) -> MediaStore:
    key_id = settings.aws_access_key_id
    secret = settings.aws_secret_access_key.get_secret_value()
    token = settings.aws_session_token.get_secret_value()
    endpoint = settings.aws_endpoint_url
    if not bucket:
        raise ConfigError("MEDIA_URL: s3:// names no bucket")
    if bool(key_id) != bool(secret):
        missing = "AWS_SECRET_ACCESS_KEY" if key_id else "AWS_ACCESS_KEY_ID"
        raise ConfigError(f"{missing}: missing, while MEDIA_URL's other half of the key is set")
    # Without a key the machine's own role is asked, as everything of AWS does.
    config = {
        "region": settings.aws_region or "us-east-1",
        **({"access_key_id": key_id, "secret_access_key": secret} if key_id else {}),
        **({"session_token": token} if token else {}),
        **({"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}),
    }

    def open_store() -> S3Store:
        return S3Store(
            bucket,
            prefix=prefix or None,
            config=config,  # type: ignore[arg-type]  # Made of the keys it names.
            client_options={
                "timeout": "20s",
                "connect_timeout": "5s",
                "allow_http": endpoint.startswith("http://"),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=RETRY_S)},
        )

    return MediaStore(open_store)


def _path(key: str) -> str:
    if not is_key(key):
        raise NotFound("that is no name of a kept file")
    # Two letters of folders keep a directory of a million files quick.
    return f"{key[:2]}/{key}"


def _away(deed: str, error: BaseException) -> StoreUnavailable:
    """The library's own words can quote addresses and headers, so only its class is told."""
    return StoreUnavailable(f"the media store did not {deed}: {type(error).__name__}")
