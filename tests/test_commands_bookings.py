"""`concierge bookings`: what staff see and do from a terminal, on real stores."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from booking_rows import Row, write_booking
from world import World

from bot.domain_booking import BookingStatus
from bot.errors import CallerError, Conflict, NotFound
from bot.profile import load_profile
from handlers.commands.bookings import command

PROFILE = load_profile()
ZONE = ZoneInfo(PROFILE.business.zone)
NOW = datetime.now(UTC)
TONIGHT = NOW + timedelta(hours=23)


def saturday(weeks: int = 2) -> datetime:
    """Six in the evening of a Saturday to come, where the business is."""
    local = NOW.astimezone(ZONE)
    day = local.date() + timedelta(days=(5 - local.weekday()) % 7 + 7 * weeks)
    return datetime(day.year, day.month, day.day, 18, tzinfo=ZONE)


def row(code: str, name: str = "Ann Brooks", **how: object) -> Row:
    number = f"+1415555{int.from_bytes(code.encode()[:2]) % 10000:04}"
    facts = {"number": number, "starts_at": saturday(), "holds_until": TONIGHT, **how}
    return Row(code=code, name=name, **facts)  # type: ignore[arg-type]  # Named by the tests.


@dataclass
class Terminal:
    """Where somebody of the staff types."""

    world: World
    capsys: pytest.CaptureFixture[str]

    async def says(self, *words: str) -> str:
        """What the command prints."""
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        asked = parser.parse_args(words)
        assert await command.run(asked, self.world.ground.environment) == 0
        return self.capsys.readouterr().out


@pytest.fixture
def terminal(idle_world: World, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(idle_world, capsys)


def full(at: datetime) -> str:
    return f"{day(at.date())}, 6:00 PM"


def day(on: date) -> str:
    return f"{on:%A, %B} {on.day}, {on.year}"


async def test_a_deposit_confirms_and_the_customer_reads_it_in_spanish(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """I2: seen twice it is one deposit and one message."""
    lucia = world.customer("+14155550191")
    await write_booking(
        world.pool, row("H7K3Q", "Lucía", number=lucia.number, language="es", address="41 Main St")
    )
    typed = Terminal(world, capsys)
    said = await typed.says("deposit", "h7k3q")
    assert said == f"Booking H7K3Q is confirmed: {full(saturday())}. The customer is being told.\n"
    heard = await lucia.hears()
    assert f"sábado, {saturday().day} de " in heard
    assert "6:00 p.m., 20 invitados, en 41 Main St, Fremont." in heard
    assert "H7K3Q" in heard
    assert "nothing changed" in await typed.says("deposit", "H7K3Q")
    await world.settles()
    assert len(lucia.received) == 1
    assert await world.value("SELECT status FROM bookings") == "confirmed"
    audit = await world.rows("SELECT actor, act, subject FROM audit_log")
    assert [tuple(each) for each in audit] == [("operator", "booking.deposit", "H7K3Q")]
    sent = await world.rows("SELECT author, purpose FROM messages WHERE direction = 'outbound'")
    assert [tuple(each) for each in sent] == [("system", "essential")]


async def test_two_who_see_the_deposit_at_once_confirm_and_tell_once(terminal: Terminal) -> None:
    await write_booking(terminal.world.pool, row("H7K3Q"))
    await asyncio.gather(*[terminal.says("deposit", "H7K3Q") for _ in range(3)])
    counted = "SELECT count(*) FROM messages WHERE direction = 'outbound'"
    assert await terminal.world.value(counted) == 1
    assert await terminal.world.value("SELECT count(*) FROM audit_log") == 1


async def test_a_deposit_for_what_nobody_agreed_to_changes_nothing(terminal: Terminal) -> None:
    """I9: no confirmation without the customer's yes."""
    await write_booking(terminal.world.pool, row("B4T9X", is_agreed=False))
    with pytest.raises(
        Conflict, match=r"CODE: booking B4T9X: it awaits no deposit \(customer decides"
    ):
        await terminal.says("deposit", "B4T9X")
    assert await terminal.world.value("SELECT status FROM bookings") == "held"
    assert await terminal.world.value("SELECT count(*) FROM audit_log") == 0
    assert await terminal.world.value("SELECT count(*) FROM messages") == 0


async def test_a_person_has_the_floor_and_the_customer_is_told_all_the_same(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """I7 silences the bot, not what staff themselves have just done."""
    ann = world.customer("+14155550192")
    await write_booking(world.pool, row("H7K3Q", number=ann.number))
    await world.rows("UPDATE conversations SET mode = 'human', epoch = epoch + 1")
    await Terminal(world, capsys).says("deposit", "H7K3Q")
    assert "H7K3Q" in await ann.hears()


async def test_the_list_is_aligned_soonest_first_in_the_business_zone(terminal: Terminal) -> None:
    """I15."""
    pool = terminal.world.pool
    await write_booking(pool, row("LATER", starts_at=saturday(3), status=BookingStatus.CONFIRMED))
    await write_booking(pool, row("SOON1", "陈美", workers=2, chefs=(("wei", ""),)))
    await write_booking(pool, row("GONE1", holds_until=NOW - timedelta(hours=1), chefs=()))
    await write_booking(pool, row("OFF11", status=BookingStatus.CANCELLED, chefs=()))
    await write_booking(pool, row("FAR11", starts_at=saturday(12), chefs=()))
    (head, first, second), at = (await terminal.says("list")).splitlines(), saturday()
    assert first.startswith(f"SOON1  Sat, {at:%b} {at.day}, {at.year}, 6:00 PM  awaits deposit")
    assert first.endswith("Wei, 1 more needed  陈美")
    assert second.startswith("LATER  Sat, ")
    for name in ("WHEN", "STATUS", "GUESTS", "WHERE", "TOTAL", "CHEFS"):
        at_column = head.index(name)
        assert first[at_column - 2 : at_column] == "  "
        assert first[at_column] != " "
        assert second[at_column - 1] == " "
    assert [*lines(await terminal.says("list", "--unassigned"))] == ["CODE", "SOON1"]
    assert [*lines(await terminal.says("list", "--days", "100"))][-1] == "FAR11"
    assert await terminal.says("list", "--days", "1") == "Nothing in the next 1 days.\n"


def lines(said: str) -> list[str]:
    return [line.split()[0] for line in said.splitlines()]


async def test_show_says_all_there_is(terminal: Terminal) -> None:
    held = row("H7K3Q", allergies=("my aunt can't have peanuts",))
    await write_booking(terminal.world.pool, held)
    said = await terminal.says("show", "h7k3q")
    for words in (
        f"When       {full(saturday())} to 8:00 PM",
        "Status     awaits deposit until ",
        "Customer   Ann Brooks",
        "Where      41 Mission Blvd, Fremont 94539",
        "Guests     20",
        "Total      $1,100.00",
        "Deposit    $100.00, not seen yet",
        "(speaks Spanish, 12 miles, free till 21:00)",
        "Allergy    my aunt can't have peanuts",
        "Others     Wei: 40 miles",
    ):
        assert words in said
    await terminal.says("absent", "wei", f"{saturday():%Y-%m-%d}")
    assert "Wei: 40" not in await terminal.says("show", "H7K3Q")
    await terminal.says("deposit", "H7K3Q")
    said = await terminal.says("show", "H7K3Q")
    for words in ("Status     confirmed", "$100.00, in since ", ": confirm by staff"):
        assert words in said


async def test_chefs_are_chosen_by_hand_with_a_reason(terminal: Terminal) -> None:
    await write_booking(terminal.world.pool, row("H7K3Q", workers=2))
    said = await terminal.says("assign", "H7K3Q", "Wei,andre", "--reason", "the host asked for Wei")
    assert said == "Booking H7K3Q: Wei and Andre.\n"
    assert "by hand: the host asked for Wei" in await terminal.says("show", "H7K3Q")
    (kept,) = await terminal.world.rows("SELECT actor, act, subject, detail FROM audit_log")
    assert tuple(kept)[:3] == ("operator", "booking.assign", "H7K3Q")
    assert kept["detail"]["reason"] == "the host asked for Wei"


async def test_by_hand_too_nobody_is_in_two_places(terminal: Terminal) -> None:
    await write_booking(terminal.world.pool, row("H7K3Q"))
    await write_booking(terminal.world.pool, row("B4T9X", chefs=(("wei", ""),)))
    with pytest.raises(Conflict, match="CODE: booking B4T9X: somebody serves another event"):
        await terminal.says("assign", "B4T9X", "marisol", "--reason", "she wants to")
    assert "Wei" in await terminal.says("show", "B4T9X")
    assert await terminal.world.value("SELECT count(*) FROM audit_log") == 0


async def test_an_absence_finds_stand_ins_and_flags_what_nobody_can_serve(
    terminal: Terminal,
) -> None:
    """The event that can be served keeps its other chef; the one that cannot is put to staff."""
    pool, world = terminal.world.pool, terminal.world
    pair = (("marisol", "speaks Spanish"), ("kenji", "4 miles"))
    await write_booking(pool, row("PAIR1", workers=2, chefs=pair))
    crew = (("marisol", ""), ("kenji", ""), ("wei", ""), ("andre", ""))
    next_week = saturday(3)
    everybody = row("FOUR1", workers=4, guests=80, chefs=crew, starts_at=next_week)
    await write_booking(pool, everybody)
    first, last = saturday().date(), next_week.date()
    said = await terminal.says("absent", "Marisol", str(first), str(last), "--reason", "holiday")
    away, pair_line, four_line = said.splitlines()
    assert away == f"Marisol is away from {day(first)} to {day(last)}."
    assert pair_line.startswith(f"PAIR1, {full(saturday())}: Kenji and ")
    assert "needed" not in pair_line
    assert "Marisol" not in pair_line
    assert four_line.endswith("1 more needed")
    shown = await terminal.says("show", "PAIR1")
    assert "(4 miles)" in shown
    assert "by hand" not in shown
    (told,) = await world.rows("SELECT text FROM desk_notices")
    assert told["text"].startswith(f"Event without enough chefs: {full(next_week)}, 80 guests")
    assert "FOUR1" in told["text"]
    acts = await world.rows("SELECT act FROM audit_log ORDER BY created_at, id")
    did = " ".join(each["act"] for each in acts)
    assert did == "crew.absent booking.stand_in booking.stand_in"


async def test_an_absence_said_twice_is_one_and_tells_staff_once(terminal: Terminal) -> None:
    world, only = terminal.world, str(saturday().date())
    crew = (("marisol", ""), ("kenji", ""), ("wei", ""), ("andre", ""))
    await write_booking(world.pool, row("FOUR1", workers=4, guests=80, chefs=crew))
    once = await terminal.says("absent", "marisol", only)
    again = await terminal.says("absent", "marisol", only)
    assert "1 more needed" in once
    assert again.splitlines()[1:] == ["No event is touched by that."]
    for table in ("absences", "desk_notices"):
        assert await world.value(f"SELECT count(*) FROM {table}") == 1


async def test_everybody_is_away(terminal: Terminal) -> None:
    await write_booking(terminal.world.pool, row("H7K3Q"))
    said = await terminal.says("absent", "all", str(saturday().date()))
    assert said.splitlines()[0] == f"Everybody is away on {day(saturday().date())}."
    assert said.splitlines()[1] == f"H7K3Q, {full(saturday())}: none of 1"
    assert lines(await terminal.says("list", "--unassigned"))[1:] == ["H7K3Q"]


async def test_the_crew_and_their_calendars(terminal: Terminal) -> None:
    """I11: a renewed address makes the old one void."""
    await write_booking(terminal.world.pool, row("H7K3Q"))
    marisol = next(
        line for line in (await terminal.says("chefs")).splitlines() if line.startswith("marisol")
    )
    before = marisol.split()[-1]
    assert marisol.split()[:6] == ["marisol", "Marisol", "95112", "en,", "es", "Tuesday"]
    assert marisol.split()[6] == "1"
    assert before in await terminal.says("feed", "MARISOL")
    after = (await terminal.says("feed", "marisol", "--renew")).split()[-1]
    assert after != before
    assert after == (await terminal.says("feed", "marisol")).split()[-1]


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("show", "NOPE1"), NotFound, "CODE: there is no booking NOPE1"),
        (("deposit", "NOPE1"), NotFound, "CODE: there is no booking NOPE1"),
        (("assign", "H7K3Q", "bob", "--reason", "x"), NotFound, "CHEF: nobody is called 'bob'"),
        (("assign", "H7K3Q", "wei", "--reason", " "), CallerError, "--reason: say why"),
        (("absent", "bob", "2026-12-05"), NotFound, "CHEF: nobody is called 'bob'"),
        (("absent", "wei", "2026-12-05", "2026-12-04"), CallerError, "TO: 2026-12-04 is before"),
        (("feed", "bob"), NotFound, "CHEF: nobody is called 'bob'"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
async def test_a_mistake_is_named_by_its_field(
    terminal: Terminal, words: tuple[str, ...], error: type[Exception], said: str
) -> None:
    await write_booking(terminal.world.pool, row("H7K3Q"))
    with pytest.raises(error, match=said):
        await terminal.says(*words)
    assert await terminal.world.value("SELECT count(*) FROM absences") == 0


async def test_the_program_ends_with_one_line_and_its_status(terminal: Terminal) -> None:
    code, said = await program(terminal, "show", "NOPE1")
    assert code == 1
    expected = "concierge: CODE: there is no booking NOPE1; `concierge bookings list` names them"
    assert said.strip() == expected
    code, said = await program(terminal, "absent", "wei", "next week")
    assert code == 2
    assert "argument FROM: invalid" in said


async def program(terminal: Terminal, *words: str) -> tuple[int | None, str]:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "handlers.cli", "bookings", *words),
        env={"PATH": "", **terminal.world.ground.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await running.communicate()
    return running.returncode, said.decode()
