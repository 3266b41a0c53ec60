"""Who somebody at the desk is and what they may do, as last looked up (I11).

A plain lookup in the database: whoever asks the workspace keeps its answer here. The owner names
people in the profile by the workspace's ids, by user groups or by mailbox; without any, who
administers the workspace owns, and every full member of the staff channel is staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.profile import Profile
from bot.store import staff
from bot.store.connection import Connection
from bot.store.staff import Person

FRESH_FOR = timedelta(minutes=30)
"""Older knowledge is still used, and renewed meanwhile."""
TRUSTED_FOR = timedelta(days=7)
"""Older knowledge is not used any more: somebody may have left."""


class Role(StrEnum):
    """What somebody may do; an owner may do all that staff may."""

    NOBODY = "nobody"
    STAFF = "staff"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the workspace."""

    id: str
    name: str
    role: Role
    email: str = ""
    zone: str = ""
    """IANA name; empty: the business's."""

    def may(self, role: Role) -> bool:
        """Whether they have this role, or a higher one."""
        ranks = (Role.NOBODY, Role.STAFF, Role.OWNER)
        return ranks.index(self.role) >= ranks.index(role)


OPERATOR = Member(id="operator", name="the operator", role=Role.OWNER)
"""Whoever has the machine's terminal acts as the owner."""


def nobody(person_id: str) -> Member:
    """Somebody of whom nothing is known yet, and who may do nothing."""
    return Member(id=person_id, name=person_id, role=Role.NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of somebody, and whether it is to be asked anew."""

    member: Member
    is_stale: bool
    as_of: datetime
    """When the oldest part of it was asked for."""


def groups_of(profile: Profile, staff_channel: str) -> tuple[str, ...]:
    """The groups whose members decide about roles: user groups, and the staff channel itself."""
    rules = profile.desk
    named = [each for each in (*rules.owners, *rules.staff) if is_group(each)]
    return tuple(dict.fromkeys([*named, *([] if rules.staff else [staff_channel])]))


def is_group(named: str) -> bool:
    """Whether this names a user group of the workspace."""
    return named[:1] == "S" and "@" not in named


async def find_member(
    conn: Connection, profile: Profile, person_id: str, *, staff_channel: str, now: datetime
) -> Known | None:
    """Somebody as last looked up, or None where nobody looked, or too long ago."""
    person = await staff.find(conn, person_id)
    if person is None or now - person.looked_up_at > TRUSTED_FOR:
        return None
    # A group that is gone is told of by nobody any more: its last members must not rule for ever.
    kept = await staff.read_groups(conn, groups_of(profile, staff_channel))
    groups = [each for each in kept if now - each.looked_up_at <= TRUSTED_FOR]
    inside = {each.id for each in groups if person_id in each.members}
    looked = [person.looked_up_at, *(each.looked_up_at for each in groups)]
    missing = len(groups) < len(groups_of(profile, staff_channel))
    member = Member(
        id=person.id,
        name=person.name,
        role=_role(profile, person, inside, staff_channel),
        email=person.email,
        zone=person.zone,
    )
    as_of = min(looked)
    return Known(member=member, is_stale=missing or now - as_of > FRESH_FOR, as_of=as_of)


def _role(profile: Profile, person: Person, inside: set[str], staff_channel: str) -> Role:
    rules = profile.desk
    if person.is_outsider:
        return Role.NOBODY
    at_the_desk = _is_named(person, rules.staff, inside) or (
        not rules.staff and staff_channel in inside
    )
    if _is_named(person, rules.owners, inside):
        return Role.OWNER
    if not rules.owners and person.is_admin and at_the_desk:
        return Role.OWNER
    return Role.STAFF if at_the_desk else Role.NOBODY


def _is_named(person: Person, named: tuple[str, ...], inside: set[str]) -> bool:
    mailbox = person.email.lower()
    return any(
        each == person.id or each in inside or (mailbox and each.lower() == mailbox)
        for each in named
    )
