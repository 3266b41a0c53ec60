"""Who may do what at the desk (I11): by the profile, the groups and the staff channel.

A directory that does not answer never makes somebody staff, and never keeps the known ones out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from world import World

from bot.desk.people import Role, find_member, groups_of
from bot.errors import VendorUnavailable
from bot.profile import Profile, load_profile
from bot.profile_desk import DeskRules
from bot.store import staff
from bot.store.connection import Pool
from bot.store.staff import Group, Person
from channels.slack_people import _is_of
from handlers.desk.opening import DOOR
from handlers.desk.roles import Roles

CHANNEL = "C0STAFF"
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
DANA = Person(id="U1", name="Dana", email="Dana@example.com", looked_up_at=NOW)
BOSS = replace(DANA, id="U2", name="Rosa", email="rosa@example.com", is_admin=True)
GUEST = replace(DANA, id="U3", name="Gus", email="gus@example.com", is_outsider=True)


def ruled(**rules: tuple[str, ...]) -> Profile:
    return load_profile().model_copy(update={"desk": DeskRules(**rules)})


async def role_of(pool: Pool, profile: Profile, who: Person, *, inside: str = "") -> Role:
    """Their role where these are the members of the staff channel, and of the group S1."""
    async with pool.acquire() as conn, conn.transaction():
        await staff.keep(conn, who)
        for group, members in ((CHANNEL, {"U1", "U2", "U3"}), ("S1", {"U1"})):
            found = members if inside in ("", group) else set()
            kept = Group(id=group, members=frozenset(found), looked_up_at=NOW)
            await staff.keep_group(conn, kept)
        known = await find_member(conn, profile, who.id, staff_channel=CHANNEL, now=NOW)
        assert known is not None
        return known.member.role


async def test_roles_follow_the_profile(pool: Pool) -> None:
    plain = ruled()
    assert await role_of(pool, plain, DANA) is Role.STAFF
    assert await role_of(pool, plain, BOSS) is Role.OWNER
    assert await role_of(pool, plain, GUEST) is Role.NOBODY
    # Who administers the workspace but has nothing to do with the desk owns nothing.
    assert await role_of(pool, plain, BOSS, inside="S1") is Role.NOBODY

    named = ruled(owners=("dana@EXAMPLE.com",), staff=("S1",))
    assert await role_of(pool, named, DANA) is Role.OWNER
    assert await role_of(pool, named, BOSS) is Role.NOBODY
    assert await role_of(pool, ruled(owners=("U2",), staff=("S1",)), DANA) is Role.STAFF
    assert await role_of(pool, ruled(owners=("U3",)), GUEST) is Role.NOBODY
    assert groups_of(named, CHANNEL) == ("S1",)
    assert groups_of(plain, CHANNEL) == (CHANNEL,)
    # A mailbox that begins with an S is no group.
    assert groups_of(ruled(staff=("Sam@example.com",)), CHANNEL) == ()


async def test_old_knowledge_is_used_and_then_no_more(pool: Pool) -> None:
    profile = ruled()
    await role_of(pool, profile, DANA)
    for age, is_known, is_stale in (
        (timedelta(minutes=29), True, False),
        (timedelta(minutes=31), True, True),
        (timedelta(days=6), True, True),
        (timedelta(days=8), False, False),
    ):
        async with pool.acquire() as conn:
            known = await find_member(conn, profile, "U1", staff_channel=CHANNEL, now=NOW + age)
        assert (known is not None) is is_known
        assert known is None or known.is_stale is is_stale


async def test_a_group_that_is_gone_rules_no_more(pool: Pool) -> None:
    """I11: nobody tells who is in a disabled user group, so its last members are let go."""
    profile = ruled(owners=("U2",), staff=("S1",))
    assert await role_of(pool, profile, DANA) is Role.STAFF
    later = NOW + timedelta(days=8)
    async with pool.acquire() as conn:
        await staff.keep(conn, replace(DANA, looked_up_at=later))
        known = await find_member(conn, profile, "U1", staff_channel=CHANNEL, now=later)
    assert known is not None
    assert (known.member.role, known.is_stale) == (Role.NOBODY, True)


def test_one_person_of_an_organisation_is_of_many_workspaces() -> None:
    """I11: whose team it is decides, and in an organisation the list of them."""
    assert _is_of({"team_id": "T1"}, "T1")
    assert not _is_of({"team_id": "T2"}, "T1")
    assert not _is_of({}, "T1")
    assert _is_of({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, "T1")
    assert not _is_of({"team_id": "T2", "enterprise_user": {"teams": "T1"}}, "T1")


async def test_the_directory_is_down(idle_world: World) -> None:
    world = idle_world
    slack, roles = world.stand_ins.slack, Roles(world.app[DOOR].office)
    slack.fail_next("service_unavailable", times=3)
    with pytest.raises(VendorUnavailable, match="did not tell who you are"):
        await roles.member("U0DANA")
    slack.behave()
    assert (await roles.member("U0DANA")).role is Role.STAFF
    assert (await roles.member("U0ROSA")).role is Role.OWNER
    assert (await roles.member("U0GUEST")).role is Role.NOBODY
    # Of another workspace: in the shared channel, and all the same nobody here.
    assert (await roles.member("U0STRANGER")).role is Role.NOBODY

    # Down again: who is known works on.
    slack.fail_next("service_unavailable", times=100)
    assert (await roles.member("U0DANA")).role is Role.STAFF
    with pytest.raises(VendorUnavailable):
        await roles.member("U0NEVERSEEN")


async def test_who_has_just_joined_is_let_in(idle_world: World) -> None:
    """A refusal is looked at anew after a minute, not after half an hour."""
    world = idle_world
    roles = Roles(world.app[DOOR].office)
    await roles.member("U0DANA")
    channel = world.stand_ins.slack.credentials.channel_id
    await world.rows(
        "UPDATE staff_groups SET members = '{}', looked_up_at = looked_up_at - interval '2 minutes'"
        " WHERE id = $1",
        channel,
    )
    assert (await roles.member("U0DANA")).role is Role.STAFF
    # And a moment later nobody is asked again for somebody who is still outside.
    before = await world.value("SELECT looked_up_at FROM staff_groups WHERE id = $1", channel)
    assert (await roles.member("U0GUEST")).role is Role.NOBODY
    after_first = await world.value("SELECT looked_up_at FROM staff_groups WHERE id = $1", channel)
    assert (await roles.member("U0GUEST")).role is Role.NOBODY
    asked = await world.value("SELECT looked_up_at FROM staff_groups WHERE id = $1", channel)
    assert before != after_first == asked
