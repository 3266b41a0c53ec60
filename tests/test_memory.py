"""What customers tell of themselves is read by rules, corrected and forgotten at their word."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest

from bot.domain import (
    AddressId,
    Author,
    Direction,
    Kind,
    MessageId,
    Status,
    StoredMessage,
)
from bot.domain_answers import Memory
from bot.domain_memory import MemoryKind
from bot.language.forgetting import EVERYTHING, asks_forget, speaks_of_forgetting, without_wish
from bot.language.proving import read_other_address
from bot.language.told import read_told
from bot.memory import read, say_forgotten
from bot.tools.remember import Remember

AT = datetime(2026, 11, 22, 18, tzinfo=UTC)

TOLD = [
    ("Hi, I'm Maria and my ZIP is 94110", {("name", "Maria"), ("zip_code", "94110")}),
    ("actually my ZIP is 94112", {("zip_code", "94112")}),
    ("my address is 12 Main St., Fremont and we have two dogs",
     {("address", "12 Main St., Fremont"), ("pets", "we have two dogs")}),
    ("My email is Ana@Example.com.", {("email", "ana@example.com")}),
    ("my daughter's birthday is in May", {("occasion", "my daughter's birthday is in May")}),
    ("we love steak and shrimp", {("protein", "steak and shrimp")}),
    ("My wife is vegetarian", {("diet", "My wife is vegetarian")}),
    ("we are usually 12", {("party", "12")}),
    ("Please just text me", {("contact", "text")}),
    ("our backyard has a low wooden gate.", {("space", "our backyard has a low wooden gate")}),
    ("me llamo José y mi correo es a@b.mx", {("name", "José"), ("email", "a@b.mx")}),
    ("el cumpleaños de mi hija es en mayo", {("occasion", "el cumpleaños de mi hija es en mayo")}),
    ("soy vegano, prefiero español", {("diet", "soy vegano"), ("language", "es")}),
    ("我叫王伟，我的邮箱是a@b.cn", {("name", "王伟"), ("email", "a@b.cn")}),
    ("我女儿的生日是五月", {("occasion", "我女儿的生日是五月")}),
    ("我喜欢吃牛排，请用中文", {("protein", "牛排"), ("language", "zh")}),
]  # fmt: skip
NOTHING = [
    "How much for 20 adults in 94539?", "I'd like steak for everybody", "I'm not vegan",
    "no soy vegano", "my daughter's name is Emma", "the party is for Emma", "I am looking around",
    "is my email ok?", "one guest is vegan", "we don't love chicken", "can you call me tomorrow?",
]  # fmt: skip


def message(text: str, number: int = 1, language: str | None = None) -> StoredMessage:
    return StoredMessage(
        id=MessageId(UUID(int=number)),
        seq=number,
        direction=Direction.INBOUND,
        author=Author.CUSTOMER,
        kind=Kind.TEXT,
        text=text,
        status=Status.RECEIVED,
        channel="sms",
        address_id=AddressId(UUID(int=9)),
        created_at=AT,
        said_at=AT,
        language=language,
    )


@pytest.mark.parametrize(("text", "expected"), TOLD)
def test_what_is_said_of_oneself_is_read(text: str, expected: set[tuple[str, str]]) -> None:
    assert {(told.kind.value, told.value) for told in read_told(text, "en")} == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_said_of_a_party_or_of_others_is_not_remembered(text: str) -> None:
    assert read_told(text, "en") == ()


def kept(text: str, *known: Memory) -> list[tuple[str, str, str | None]]:
    found = read([message(text)], language="en", known=known)
    return [(each.memory.kind, each.memory.value, each.replaces) for each in found]


def known(kind: str, value: str) -> Memory:
    return Memory(kind=kind, value=value, source="customer", said_at=AT)


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    assert kept("it's Maria, not Mary", known("name", "Mary")) == [("name", "Maria", "")]
    birthday = known("occasion", "my daughter's birthday is in May")
    said = "my daughter's birthday is in June, not May"
    june = "my daughter's birthday is in June"
    assert kept(said, birthday) == [("occasion", june, birthday.value)]
    assert kept("my son's birthday is in June", birthday)[0][2] is None, "another child's is new"
    wife = known("diet", "my wife is vegan")
    assert kept("my wife is vegetarian", wife)[0][2] == wife.value
    assert kept("I'm vegan", wife)[0][2] is None


def test_a_memory_names_its_message_and_its_day() -> None:
    memory = read([message("my ZIP is 94110", 7)], language="en", known=())[0].memory
    assert (memory.message_id, memory.said_at, memory.source) == (UUID(int=7), AT, "customer")


FORGET = [
    ("forget my address", {MemoryKind.ADDRESS}),
    ("please delete my email address", {MemoryKind.EMAIL}),
    ("can you forget my name and my birthday?", {MemoryKind.NAME, MemoryKind.OCCASION}),
    ("olvida mi correo", {MemoryKind.EMAIL}),
    ("忘掉我的地址", {MemoryKind.ADDRESS}),
    ("delete what you know about me", EVERYTHING),
    ("borra todo lo que sabes de mí", EVERYTHING),
    ("删除我的资料", EVERYTHING),
]
KEEP = [
    "don't forget my address", "did you forget my name?", "no olvides mi dirección", "forget it",
    "别忘了我的地址", "I forgot my address", "remove my name from the guest list",
    "remove the lobster", "delete my booking", "forget about the address, I'll send it later",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kinds"), FORGET)
def test_asking_to_forget_is_understood(text: str, kinds: set[MemoryKind]) -> None:
    assert asks_forget(text) == kinds
    assert speaks_of_forgetting(text)
    assert read([message(text + ": 12 Main St")], language="en", known=()) == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Delete everything you know about me!!", ""), ("Hi, can you delete my data? Thanks", ""),
        ("Forget my name and my email, please", ""), ("把我的资料都删掉吧，谢谢", ""),
        ("Quiero que borren todos mis datos, por favor", ""),
        ("how much for 20 adults? and please forget my zip", "how much for 20 adults?"),
        ("delete my data and I want to talk to a person", "I want to talk to a person"),
        ("You ruined my party, delete my data, I want a refund",
         "You ruined my party, I want a refund"),
        ("delete all my damn data", "delete all my damn data"),
        ("forget my zip 94110 how much for 20", "forget my zip 94110 how much for 20"),
        ("I want to book please forget my zip", "I want to book please forget my zip"),
        ("don't forget my address", "don't forget my address"),
    ],
)  # fmt: skip
def test_what_only_asks_to_forget_is_nobody_elses_to_answer(text: str, left: str) -> None:
    assert without_wish(text) == left


@pytest.mark.parametrize("text", KEEP)
def test_what_only_sounds_like_it_forgets_nothing(text: str) -> None:
    assert asks_forget(text) == frozenset()


def test_the_tool_knows_every_kind_and_each_has_a_name_in_each_language() -> None:
    offered = get_args(Remember.model_fields["kind"].annotation)
    assert set(offered) == set(MemoryKind)
    words = {say_forgotten(frozenset({kind}), "es", seed="") for kind in MemoryKind}
    assert len(words) == len(MemoryKind)
    assert "bookings" in say_forgotten(EVERYTHING, "en", seed="")


def test_a_long_or_hostile_text_is_read_in_no_time() -> None:
    """A flood of half a pattern must not hold a turn up."""
    for unit in ("my address is ", "i'm ", "我们家有", "forget my ", "a@", "my wife is "):
        read_told(unit * 400, "en")
        asks_forget(unit * 400)
        without_wish("forget my data " + unit * 400)


def test_another_address_is_read_where_the_customer_calls_it_theirs() -> None:
    assert read_other_address("I'm also at +1 415 555 0101, it's me") == "+14155550101"
    assert read_other_address("that's me, my other email is Ana@Example.com") == "ana@example.com"
    assert read_other_address("también soy (415) 555-0101") == "+14155550101"
    assert read_other_address("我之前用+14155550101订过") == "+14155550101"
    assert read_other_address("20 adults in 94539, call me at 415 555 0101") == ""
    assert read_other_address("It's also me, Maria Lopez") == "", "never by name alone"
