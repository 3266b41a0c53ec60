"""The workspace's directory: who somebody is, and who is in a group. Asked rarely, and kept.

Source: Slack, reference/methods/{users.info,usergroups.users.list,conversations.members,auth.test}
and reference/objects/user-object (read 2026-11-23). Needs the scopes users:read, users:read.email
and usergroups:read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.store.staff import Group, Person
from channels.desk import Desk
from channels.slack_api import call

LOOK_UP_S = 2.0
"""Whoever presses a button waits for this."""
PAGES_MAX = 10


async def look_up(desk: Desk, person_id: str, *, at: datetime) -> Person:
    """Somebody as the directory has them now.

    Raises:
        VendorUnavailable, VendorSilent: nobody can tell. VendorRefused: there is nobody of that id.
    """
    answer, ours = await asyncio.gather(
        call(desk.client.users_info(user=person_id), timeout_s=LOOK_UP_S),
        call(desk.client.auth_test(), timeout_s=LOOK_UP_S),
    )
    user: Mapping[str, object] = answer.get("user") or {}
    shown = user.get("profile")
    profile: Mapping[str, object] = shown if isinstance(shown, Mapping) else {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("name") or person_id
    outside = ("is_bot", "deleted", "is_restricted", "is_ultra_restricted", "is_stranger")
    return Person(
        id=person_id,
        name=str(name)[:80],
        email=str(profile.get("email") or ""),
        zone=str(user.get("tz") or ""),
        is_admin=any(user.get(each) for each in ("is_admin", "is_owner", "is_primary_owner")),
        is_outsider=any(user.get(each) for each in outside)
        or not _is_of(user, str(ours.get("team_id") or "")),
        looked_up_at=at,
    )


def _is_of(user: Mapping[str, object], team_id: str) -> bool:
    """Whether they belong to the workspace whose token we have.

    Somebody of another one who sits in a shared channel is no stranger to the vendor: there
    `is_stranger` means that we share no channel with them. In an organisation of several
    workspaces one person may be of many.
    """
    shared = user.get("enterprise_user")
    teams = shared.get("teams") if isinstance(shared, Mapping) else None
    return user.get("team_id") == team_id or team_id in (teams if isinstance(teams, list) else ())


async def look_up_group(desk: Desk, group_id: str, *, at: datetime) -> Group:
    """Who is in a user group (S...) or in a channel.

    Raises:
        VendorUnavailable, VendorSilent: nobody can tell. VendorRefused: there is no such group.
    """
    if group_id.startswith("S"):
        answer = await call(
            desk.client.usergroups_users_list(usergroup=group_id), timeout_s=LOOK_UP_S
        )
        return Group(id=group_id, members=frozenset(answer.get("users") or ()), looked_up_at=at)
    members: set[str] = set()
    cursor = ""
    for _ in range(PAGES_MAX):
        answer = await call(
            desk.client.conversations_members(channel=group_id, limit=200, cursor=cursor or None),
            timeout_s=LOOK_UP_S,
        )
        members |= set(answer.get("members") or ())
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return Group(id=group_id, members=frozenset(members), looked_up_at=at)
