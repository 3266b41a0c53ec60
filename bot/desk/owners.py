"""Who the owners are, as far as it is known: whom the morning brief and the last reminder go to.

The profile names people, user groups and mailboxes; without any it is who administers the workspace
and is in the staff channel. bot/desk/people.py decides about each; jobs/desk_people.py has those
looked up of whom nothing is known yet.
"""

from __future__ import annotations

from datetime import datetime

from bot.desk.people import Member, Role, find_member, groups_of, is_group
from bot.profile import Profile
from bot.store import staff, staff_lists
from bot.store.connection import Connection


async def list_candidates(
    conn: Connection, profile: Profile, *, staff_channel: str
) -> tuple[str, ...]:
    """Everybody who may be an owner, by id."""
    named = profile.desk.owners
    mailboxes = [each.lower() for each in named if "@" in each]
    people = [each for each in named if "@" not in each and not is_group(each)]
    groups = [each for each in named if is_group(each)]
    if mailboxes or not named:
        # A mailbox belongs to somebody who may not have been looked up yet.
        groups.append(staff_channel)
    inside = await staff.read_groups(conn, groups)
    members = sorted(set().union(*(each.members for each in inside)))
    known = await staff_lists.list_by_mailbox(conn, mailboxes)
    return tuple(dict.fromkeys([*people, *known, *members]))


async def list_owners(
    conn: Connection, profile: Profile, *, staff_channel: str, now: datetime
) -> tuple[Member, ...]:
    """The owners among those who were looked up."""
    found = []
    for each in await list_candidates(conn, profile, staff_channel=staff_channel):
        known = await find_member(conn, profile, each, staff_channel=staff_channel, now=now)
        if known is not None and known.member.role is Role.OWNER:
            found.append(known.member)
    return tuple(found)


def groups_to_know(profile: Profile, staff_channel: str) -> tuple[str, ...]:
    """The groups that must have been looked up before owners can be told from others."""
    return tuple(dict.fromkeys([*groups_of(profile, staff_channel), staff_channel]))
