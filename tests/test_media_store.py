"""The store of files, in a folder and in an S3-compatible server, spoken to over real HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import ConfigError, NotFound, StoreUnavailable
from bot.media import MediaStore, kept_key, kept_url, key_of, open_media
from bot.settings import load_settings

LATER = datetime.now(UTC) + timedelta(hours=1)


class Bucket:
    """As much of S3 as one bucket of small files needs; requests must be signed."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.fail_next = 0
        self.status = 503
        self.authorizations: list[str] = []

    def application(self) -> web.Application:
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{bucket}{key:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.Response:
        signed = request.headers.get("Authorization", "")
        self.authorizations.append(signed)
        if not signed.startswith("AWS4-HMAC-SHA256 Credential=AKIATEST/"):
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        if self.fail_next:
            self.fail_next -= 1
            return web.Response(status=self.status, text="<html>busy</html>")
        key = request.match_info["key"].strip("/")
        if request.method == "PUT":
            self.files[key] = await request.read()
            return web.Response(headers={"ETag": '"1"'})
        if request.method == "POST" and "delete" in request.query:
            return web.Response(text=self._delete(await request.text()))
        if not key or request.query.get("list-type"):
            return web.Response(text=self._listing(), content_type="application/xml")
        if key not in self.files:
            return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>")
        at = format_datetime(datetime.now(UTC), usegmt=True)
        return web.Response(body=self.files[key], headers={"ETag": '"1"', "Last-Modified": at})

    def _delete(self, asked: str) -> str:
        keys = re.findall("<Key>(.*?)</Key>", asked)
        for key in keys:
            self.files.pop(key, None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        return f"<DeleteResult>{gone}</DeleteResult>"

    def _listing(self) -> str:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        entries = "".join(
            f"<Contents><Key>{key}</Key><LastModified>{at}</LastModified>"
            f'<ETag>"1"</ETag><Size>{len(content)}</Size></Contents>'
            for key, content in sorted(self.files.items())
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Bucket, MediaStore]]:
    bucket = Bucket()
    async with TestServer(bucket.application()) as server:
        settings = load_settings(
            {
                "MEDIA_URL": "s3://photos/of-guests",
                "AWS_ACCESS_KEY_ID": "AKIATEST",
                "AWS_SECRET_ACCESS_KEY": "only for this test",
                "AWS_ENDPOINT_URL": str(server.make_url("")).rstrip("/"),
            }
        )
        yield bucket, open_media(settings)


async def _keeps(store: MediaStore) -> str:
    """What every store must do, whatever lies behind it."""
    key = await store.put(b"a yard")
    assert key == key_of(b"a yard") == await store.put(b"a yard")
    assert kept_key(kept_url(key)) == key
    assert await store.get(key) == b"a yard"
    other = await store.put(b"a tent")
    assert {each async for each in store.list_older(LATER)} == {key, other}
    assert [each async for each in store.list_older(LATER - timedelta(days=1))] == []
    await store.delete(other)
    await store.delete(other)
    with pytest.raises(NotFound):
        await store.get(other)
    for wrong in ("../../secret", "", "A" * 64):
        with pytest.raises(NotFound):
            await store.get(wrong)
    return key


async def test_a_folder_keeps_files_for_the_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "data" / "media"
    store = open_media(load_settings({"DATA_DIR": str(tmp_path / "data")}))
    assert not place.exists()
    key = await _keeps(store)
    assert place.stat().st_mode & 0o777 == 0o700
    (lying,) = [each for each in place.rglob("*") if each.is_file()]
    assert lying.name == key
    lying.write_bytes(b"another yard")
    with pytest.raises(NotFound, match="damaged"):
        await store.get(key)
    by_url = open_media(load_settings({"MEDIA_URL": place.as_uri()}))
    assert await by_url.put(b"a yard") == key
    assert await store.get(key) == b"a yard"


async def test_an_s3_compatible_server_keeps_them_under_its_prefix() -> None:
    async with served() as (bucket, store):
        key = await _keeps(store)
        assert list(bucket.files) == [f"of-guests/{key[:2]}/{key}"]
        assert all(re.search("/s3/aws4_request", each) for each in bucket.authorizations)


async def test_a_server_that_stumbles_is_asked_again_and_one_that_is_away_is_said_to_be() -> None:
    """I1: what is not kept is not acknowledged; nothing of the server's words gets out (I13)."""
    async with served() as (bucket, store):
        bucket.fail_next = 1
        assert await store.put(b"a yard")
        bucket.fail_next, bucket.status = 99, 403
        with pytest.raises(StoreUnavailable) as away:
            await store.put(b"another")
        assert "busy" not in str(away.value)
        assert "AKIATEST" not in str(away.value)
        bucket.fail_next, bucket.status = 99, 500
        with pytest.raises(StoreUnavailable):
            await store.get(key_of(b"a yard"))


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"MEDIA_URL": "ftp://x/y"}, "MEDIA_URL: give a folder"),
        ({"MEDIA_URL": "s3:///y"}, "names no bucket"),
        ({"MEDIA_URL": "s3://b", "AWS_ACCESS_KEY_ID": "k"}, "AWS_SECRET_ACCESS_KEY"),
        ({"MEDIA_URL": "s3://b", "AWS_SECRET_ACCESS_KEY": "s"}, "AWS_ACCESS_KEY_ID"),
    ],
)
def test_a_wrong_setting_is_named(variables: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        open_media(load_settings(variables))


async def test_a_folder_that_cannot_be_made_is_a_store_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = open_media(load_settings({"MEDIA_URL": str(tmp_path / "file" / "media")}))
    with pytest.raises(StoreUnavailable):
        await store.put(b"a yard")
