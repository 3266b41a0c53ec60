"""Who gets into the console, and who does not (I11), over real HTTP on real stores."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import make_mocked_request
from console_ground import DANA, ROSA, AtConsole, link_of, new_browser, party, sign_in
from staff_room import Staff, shown
from world import World

from bot.desk.console import GOOD_FOR, LASTS
from bot.settings import load_settings
from bot.signing import sign
from handlers.commands.console import command
from handlers.console.guarding import is_foreign, set_cookie

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    async with new_browser() as opened:
        yield opened


@pytest.fixture
async def other_browser() -> AsyncIterator[ClientSession]:
    async with new_browser() as opened:
        yield opened


async def test_staff_sign_in_by_a_link_that_only_they_see(
    idle_world: World, browser: ClientSession, other_browser: ClientSession
) -> None:
    """I11: a scanner that follows the link spends nothing, the button does, and only once."""
    world = idle_world
    dana = Staff(world)
    await dana.commands("/console")
    said = shown(await dana.whispered("Open the console"))
    link = said.partition("<")[2].partition("|")[0]
    assert link.startswith(f"{world.url}/console/sign-in/U0DANA-")
    for _ in range(3):
        async with browser.get(link) as page:
            assert (page.status, "Sign in" in await page.text()) == (200, True)
    assert await world.value("SELECT count(*) FROM console_sessions") == 0
    async with browser.post(link, allow_redirects=False) as answer:
        assert answer.status == 303
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/;" in f"{cookie};"
    key = answer.cookies["console"].value
    kept = await world.value("SELECT encode(digest, 'escape') FROM console_sessions")
    assert key not in str(kept), "only a digest of it is kept"
    at = AtConsole(world, browser)
    status, page_text = await at.reads("/follow-ups")
    assert (status, "Dana, staff" in page_text) == (200, True)
    async with other_browser.post(link, allow_redirects=False) as again:
        assert (again.status, "used already" in await again.text()) == (401, True)
        assert "Set-Cookie" not in again.headers
    await _leaves_by_the_button(at, key)
    acts = await world.rows("SELECT actor, act FROM audit_log ORDER BY created_at, id")
    assert [tuple(each) for each in acts if each["act"].startswith("console")] == [
        (DANA, "console.signed_in"),
        (DANA, "console.signed_out"),
    ]


async def _leaves_by_the_button(at: AtConsole, key: str) -> None:
    """A stolen copy of the cookie is worth nothing after that."""
    form = await at.hidden("/follow-ups")
    async with await at.sends("/sign-out", {"token": form["token"]}) as out:
        assert out.status == 303
    stolen = {"Cookie": f"console={key}"}
    async with at.http.get(f"{at.world.url}/console/follow-ups", headers=stolen) as page:
        assert page.status == 401


@pytest.mark.parametrize(
    ("public_url", "name", "is_secure"),
    [("https://hibachi.example", "__Host-console", True), ("http://127.0.0.1:1", "console", False)],
)
def test_the_cookie_is_bound_to_its_host_where_there_is_tls(
    public_url: str, name: str, is_secure: bool
) -> None:
    """I11: no other host of the domain can set or read it."""
    settings, answer = load_settings({"PUBLIC_URL": public_url}), web.Response()
    set_cookie(answer, settings, "key")
    found = answer.cookies[name]
    assert (bool(found["secure"]), found["path"], found["domain"]) == (is_secure, "/", "")
    assert (found["httponly"], found["samesite"], found["max-age"]) == (True, "Strict", "43200")


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({}, True),
        ({"Origin": "https://hibachi.example"}, True),
        ({"Origin": "http://inside:8080"}, True),
        ({"Origin": "http://hibachi.example"}, False),
        ({"Origin": "https://hibachi.example.evil"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "https://hibachi.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://hibachi.example", "Sec-Fetch-Site": "none"}, False),
    ],
)
def test_a_form_behind_a_proxy_is_ours_by_the_public_address(
    headers: dict[str, str], is_ours: bool
) -> None:
    settings = load_settings({"PUBLIC_URL": "https://hibachi.example"})
    request = make_mocked_request("POST", "/console/x", {**headers, "Host": "inside:8080"})
    assert is_foreign(request, settings) is not is_ours


async def test_no_wrong_link_signs_anybody_in(
    idle_world: World, browser: ClientSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """I11: another purpose's token, a changed one, one that is over, a stranger's, a guest's."""
    world = idle_world
    secret = world.ground.settings.concierge_secret.get_secret_value()
    good = link_of(world, ROSA)
    head, _, digest = good.rpartition(".")
    ends = int((world.ground.clock.now() + GOOD_FOR).timestamp())
    at = f"{world.url}/console/sign-in"
    wrong = {
        f"{at}/{sign(secret, 'calendar.chef', f'{ROSA}-{ends}-abc')}": "not valid",
        f"{at}/{sign('another secret', 'console', f'{ROSA}-{ends}-abc')}": "not valid",
        f"{head.replace(ROSA, DANA)}.{digest}": "not valid",
        f"{at}/{sign(secret, 'console', 'nonsense')}": "not valid",
        f"{at}/{sign(secret, 'console', f'{ROSA}-99999999999999999-abc')}": "not valid",
        f"{at}/{sign(secret, 'console', f'{ROSA}-{ends - 601}-abc')}": "good for ten minutes",
        link_of(world, "U0STRANGER"): "not at the desk any more",
        link_of(world, "U0GUEST"): "not at the desk any more",
    }
    for link, said in wrong.items():
        async with browser.post(link, allow_redirects=False) as answer:
            assert (answer.status, said in await answer.text()) == (401, True), link
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        async with browser.post(good, headers=foreign, allow_redirects=False) as answer:
            assert answer.status == 401
    assert await world.value("SELECT count(*) FROM console_sessions") == 0
    # Whoever has the machine gets in as the owner, and the good link is still good.
    assert await command.run(argparse.Namespace(), world.ground.environment) == 0
    printed = capsys.readouterr().out.splitlines()[0].partition("/console/")[2]
    async with browser.post(f"{world.url}/console/{printed}", allow_redirects=False) as answer:
        assert answer.status == 303
    _, page = await AtConsole(world, browser).reads("/campaigns")
    assert "the operator, owner" in page
    async with browser.post(good, headers=SAME_SITE, allow_redirects=False) as answer:
        assert answer.status == 303


async def test_without_a_session_nothing_is_shown_and_nothing_done(
    idle_world: World, browser: ClientSession
) -> None:
    """I11, I13: not a name, not a number; and each answer has its security headers."""
    world = idle_world
    await party(world)
    row = await world.value("SELECT id FROM follow_ups LIMIT 1")
    paths = ("", "/follow-ups", "/follow-ups/rules", "/follow-ups/results", "/follow-ups/new")
    for path in (*paths, "/campaigns", "/campaigns/new", f"/follow-ups/{row}"):
        for cookie in ("", "console=", "console=" + "x" * 5000, "console=\udcff"):
            headers = {"Cookie": cookie} if cookie.isascii() else {}
            async with browser.get(f"{world.url}/console{path}", headers=headers) as answer:
                said = await answer.text()
                assert answer.status == 401, path
                assert "concierge console" in said
                assert "Ana" not in said
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["Cache-Control"] == "no-store"
    async with browser.post(f"{world.url}/console/follow-ups/{row}/cancel", data={}) as answer:
        assert answer.status == 401
    async with browser.get(f"{world.url}/console/nonsense") as answer:
        assert answer.status == 404
    async with browser.get(f"{world.url}/console/static/..%2fapp.py") as answer:
        assert answer.status == 404
    assert await world.value("SELECT status FROM follow_ups WHERE id = $1", row) == "planned"


async def test_a_form_counts_only_from_a_page_of_the_same_session(
    idle_world: World, browser: ClientSession, other_browser: ClientSession
) -> None:
    """I11: no token, another session's, another site's: nothing is done."""
    world = idle_world
    await party(world)
    row = await world.value("SELECT id FROM follow_ups LIMIT 1")
    dana, rosa = await sign_in(world, browser, DANA), await sign_in(world, other_browser, ROSA)
    token = (await dana.hidden("/follow-ups"))["token"]
    hers = (await rosa.hidden("/follow-ups"))["token"]
    cancel = f"/follow-ups/{row}/cancel"
    for form, headers, status in (
        ({}, {}, 403),
        ({"token": ""}, {}, 403),
        ({"token": hers}, {}, 403),
        ({"token": "ÿ"}, {}, 403),
        ({"token": token}, {"Origin": "https://evil.example"}, 403),
        ({"token": token}, {"Origin": "null"}, 403),
        ({"token": token}, {"Sec-Fetch-Site": "same-site"}, 403),
        ({"token": token}, {"Content-Type": "text/plain"}, 400),
        ({"token": token, "x": "y" * 70_000}, {}, 413),
        ({"token": token, **{f"x{n}": "" for n in range(200)}}, {}, 400),
    ):
        async with await dana.sends(cancel, form, headers) as answer:
            assert answer.status == status, (form.keys(), headers)
    assert await world.value("SELECT status FROM follow_ups WHERE id = $1", row) == "planned"
    # What only the owner may do is refused to staff, and not even shown.
    status, page = await dana.reads("/campaigns")
    assert (status, "Only the owner" in page) == (403, True)
    assert "Campaigns" not in (await dana.reads("/follow-ups"))[1]
    assert (await rosa.reads("/campaigns"))[0] == 200
    async with await dana.sends(cancel, {"token": token}, SAME_SITE) as answer:
        assert (answer.status, answer.headers["Location"].endswith("said=cancelled")) == (303, True)
    assert await world.value("SELECT status FROM follow_ups WHERE id = $1", row) == "cancelled"
    assert (
        await world.value("SELECT actor FROM audit_log WHERE act = 'follow_up.cancelled'") == DANA
    )


async def test_who_has_left_the_desk_is_out_at_once_and_a_session_ends_by_itself(
    idle_world: World, browser: ClientSession, other_browser: ClientSession
) -> None:
    """I11: a role is looked up with every request, never taken from the cookie."""
    world = idle_world
    dana, rosa = await sign_in(world, browser, DANA), await sign_in(world, other_browser, ROSA)
    await world.rows("UPDATE staff_members SET is_admin = false WHERE id = $1", ROSA)
    assert (await rosa.reads("/campaigns"))[0] == 403, "no owner any more, but staff"
    world.stand_ins.slack.workspace.people.pop(DANA)
    await world.rows(
        "UPDATE staff_members SET is_outsider = true, looked_up_at = now() WHERE id = $1", DANA
    )
    assert (await dana.reads("/follow-ups"))[0] == 401
    await world.rows("UPDATE staff_members SET is_outsider = false WHERE id = $1", DANA)
    assert (await dana.reads("/follow-ups"))[0] == 401, "the session itself is gone"
    left = await world.rows("SELECT staff_id FROM console_sessions")
    assert [each["staff_id"] for each in left] == [ROSA]
    world.ground.clock.shift = LASTS + timedelta(seconds=1)  # type: ignore[attr-defined]  # Worlds have a clock that shifts.
    assert (await rosa.reads("/follow-ups"))[0] == 401


async def test_while_slack_is_away_who_is_known_works_on_and_nobody_else_gets_in(
    idle_world: World, browser: ClientSession, other_browser: ClientSession
) -> None:
    """I14, I11: a directory that does not answer makes nobody staff."""
    world = idle_world
    dana = await sign_in(world, browser, DANA)
    world.stand_ins.slack.fail_next("service_unavailable", times=100)
    await world.rows("UPDATE staff_members SET looked_up_at = looked_up_at - interval '2 days'")
    assert (await dana.reads("/follow-ups"))[0] == 200
    async with other_browser.post(link_of(world, ROSA), allow_redirects=False) as answer:
        assert (answer.status, "Slack did not tell who you are" in await answer.text()) == (
            503,
            True,
        )
    await world.rows("UPDATE staff_members SET looked_up_at = looked_up_at - interval '6 days'")
    assert (await dana.reads("/follow-ups"))[0] == 503, "known too long ago to be believed"
    assert await world.value("SELECT count(*) FROM console_sessions") == 1


async def test_the_playground_opens_the_console_as_its_owner(
    idle_world: World, browser: ClientSession
) -> None:
    """I11: only on the machine's own addresses, and never for another site's page."""
    url = f"{idle_world.url}/playground/console"
    async with browser.get(url, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403
    async with browser.get(url, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    async with browser.get(url) as page:
        assert (page.status, "/console/sign-in/U0ROSA-" in str(page.url)) == (200, True)
        link = str(page.url)
    async with browser.post(link) as answer:
        assert "Rosa, owner" in await answer.text()
