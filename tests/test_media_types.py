"""What a file is, is read from its content; what could harm is refused with the reason (pure)."""

from __future__ import annotations

from io import BytesIO

import media_samples as made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain_media import FileKind
from bot.media_pictures import SHOWN_SIDE, shown
from bot.media_taking import UNCHANGED, take
from bot.media_types import BYTES_MAX, FileRefused, clean_name

RLO = chr(0x202E)


def _refused(content: bytes, declared: str = "image/png") -> str:
    with pytest.raises(FileRefused) as refused:
        take(content, declared=declared, name="harmless.png")
    return str(refused.value)


def test_a_photo_loses_its_place_and_camera_and_stands_upright() -> None:
    taken = take(made.photo(), declared="application/x-msdownload", name="IMG_1.exe")
    assert (taken.kind, taken.content_type, taken.name) == (
        FileKind.IMAGE,
        "image/jpeg",
        "IMG_1.jpg",
    )
    assert b"Secret" not in taken.content
    with Image.open(BytesIO(taken.content)) as image:
        assert image.size == (80, 120)
        assert not dict(image.getexif())
        red = image.convert("RGB").getpixel((40, 60))
    assert isinstance(red, tuple)
    assert red[0] > 180
    assert red[1] < 70


def test_a_colour_profile_stays_and_ink_is_made_light() -> None:
    profile = b"a profile of some screen" * 8
    wide, ink = BytesIO(), BytesIO()
    Image.new("RGB", (10, 10)).save(wide, "JPEG", icc_profile=profile)
    Image.new("CMYK", (10, 10)).save(ink, "JPEG", icc_profile=profile)
    with Image.open(BytesIO(take(wide.getvalue(), declared="", name="").content)) as image:
        assert image.info["icc_profile"] == profile
    with Image.open(BytesIO(take(ink.getvalue(), declared="", name="").content)) as image:
        assert (image.mode, image.info.get("icc_profile")) == ("RGB", None)


def test_what_moves_goes_on_moving_and_what_is_clear_stays_clear() -> None:
    gif = take(made.moving_gif(), declared="image/gif", name="fun.gif")
    assert b"SecretComment" not in gif.content
    with Image.open(BytesIO(gif.content)) as image:
        assert getattr(image, "n_frames", 1) == 3
        assert image.info["duration"] == 50
    with Image.open(BytesIO(take(made.png(), declared="", name="").content)) as image:
        assert image.mode == "RGBA"


@pytest.mark.parametrize(
    ("content", "kind", "content_type", "ending"),
    [
        (made.voice_note(), FileKind.AUDIO, "audio/ogg", "ogg"),
        (b"#!AMR\n" + bytes(40), FileKind.AUDIO, "audio/amr", "amr"),
        (b"ID3\x04" + bytes(40), FileKind.AUDIO, "audio/mpeg", "mp3"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(40), FileKind.AUDIO, "audio/mp4", "m4a"),
        (made.film(), FileKind.VIDEO, "video/mp4", "mp4"),
        (made.PDF, FileKind.DOCUMENT, "application/pdf", "pdf"),
        (made.office(), FileKind.DOCUMENT, None, "docx"),
        (b"BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\n", FileKind.DOCUMENT, "text/vcard", "vcf"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), FileKind.IMAGE, "image/heic", "heic"),
    ],
)
def test_the_content_says_what_it_is(
    content: bytes, kind: FileKind, content_type: str | None, ending: str
) -> None:
    taken = take(content, declared="application/octet-stream", name="")
    assert taken.kind is kind
    assert content_type in (None, taken.content_type)
    assert taken.name == f"{kind.value}.{ending}"
    assert (taken.note == UNCHANGED) is (ending == "heic")


def test_a_film_forgets_where_it_was_made_and_keeps_its_length() -> None:
    film = made.film()
    taken = take(film, declared="video/mp4", name="party.mp4")
    assert len(taken.content) == len(film)
    assert b"37.7749" not in taken.content
    assert b"+00.0000-000.0000/" in taken.content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + bytes(200), "exe"),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "not kept"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "svg"),
        (b"#!/bin/sh\nrm -rf /\n", "no kind"),
        (b"Rar!\x1a\x07\x00" + bytes(100), "not kept"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "damaged"),
        (made.photo()[:-200], "damaged"),
        (made.png_bomb(), "million pixels"),
        (made.PDF[:-7], "cut off"),
        (made.PDF + b"PK\x03\x04" + bytes(4000), "something else"),
        (made.office(types=b"<Types/>"), "no document"),
        (made.office(more={"word/vbaProject.bin": b"x"}), "macros"),
        (made.office(more={"word/embeddings/oleObject1.bin": b"x"}), "embedded"),
        (made.office(more={"word/media/a.exe": b"MZ"}), "programs"),
        (made.office(types=made.OFFICE_TYPES + b"macroEnabled"), "macros"),
        (made.office(more={"word/zeros.xml": bytes(60_000_000)}), "unpacks"),
        (made.office()[:40], "damaged archive"),
        (b"PK\x03\x04" + bytes(30), "damaged archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Macros\x00".encode("utf-16-le"), "macros"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no document"),
        (b"ID3" + bytes(BYTES_MAX[FileKind.AUDIO]), "larger than 25 MB"),
    ],
)
def test_what_could_harm_or_is_broken_is_refused_with_the_reason(content: bytes, says: str) -> None:
    assert says in _refused(content)


def test_plain_text_is_only_text_when_nothing_in_it_could_run() -> None:
    taken = take(b"Guests: Ann, Bo\n", declared="text/csv; charset=utf-8", name="guests.csv")
    assert (taken.content_type, taken.name) == ("text/plain", "guests.txt")
    for harm in (b"hello <script>x</script>", b"@echo off\r\ndel *", b"\xff\xfe\x00bad", b"a\x00b"):
        assert "kind" in _refused(harm, "text/plain")


def test_a_picture_that_is_a_page_as_well_is_only_a_picture_afterwards() -> None:
    """Polyglots: whatever hangs before its end or behind it is not written again."""
    page = b"<script>alert(document.domain)</script>"
    both = made.photo() + page + made.office()
    assert page not in take(both, declared="text/html", name="x.html").content
    assert b"PK\x03\x04" not in take(both, declared="text/html", name="x.html").content


def test_what_a_model_sees_is_small() -> None:
    big = take(made.photo((3000, 1500), orientation=1), declared="", name="").content
    for content in (big, take(made.png((2000, 40)), declared="", name="").content):
        with Image.open(BytesIO(shown(content))) as image:
            assert image.format == "JPEG"
            assert max(image.size) <= SHOWN_SIDE


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\ann\\yard.png", "yard.jpg"),
        (f"photo{RLO}gpj.exe", "photogpj.jpg"),
        ('a"; filename="b.html', "a filename b.jpg"),
        ("line\r\nSet-Cookie: x.jpg", "lineSet-Cookie x.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        ("后院.heic", "后院.jpg"),
        ("x" * 300, "x" * 80 + ".jpg"),
    ],
)
def test_a_name_can_do_no_harm(name: str, cleaned: str) -> None:
    assert clean_name(name, "jpg") == cleaned


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([made.photo(), made.png(), made.moving_gif(), made.office()]), st.data())
def test_no_damage_gets_out_as_anything_but_a_refusal(whole: bytes, data: st.DataObject) -> None:
    """Cut anywhere, with any bytes changed, a file is kept or refused, and nothing else."""
    cut = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4))):
        cut[data.draw(st.integers(0, len(cut) - 1))] = data.draw(st.integers(0, 255))
    said = ""
    try:
        taken = take(bytes(cut), declared="image/png", name="x.png")
    except FileRefused as refused:
        said = str(refused)
    assert said or taken.content
