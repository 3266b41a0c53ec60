"""Starts, recognises and stops a private server process; used by the two halves of the devstack.

A server gets a terminal session of its own, so that Ctrl-C reaches the service alone, and a clean
environment, so that a stray PGPORT or PGOPTIONS cannot bend it. It may outlive the service that
started it; `find` recognises it again by its working directory, because process ids are reused.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_LOG_LIMIT_BYTES = 5 * 1024 * 1024
_STOP_TIMEOUT_S = 20.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a server runs as when the service itself is root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running server, started by this process or adopted from one that died."""

    pid: int
    child: subprocess.Popen[bytes] | None = None
    """Set when we started it: then it is ours to reap as well."""

    def is_running(self) -> bool:
        """Whether it lives; a dead process that nobody has reaped does not."""
        if self.child is not None:
            return self.child.poll() is None
        return _is_alive(self.pid)

    def stop(self, *signals: signal.Signals) -> None:
        """Send each signal in turn until one has ended the process. Blocks."""
        for number in signals:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            if self._has_ended():
                return

    def _has_ended(self) -> bool:
        try:
            if self.child is not None:
                self.child.wait(_STOP_TIMEOUT_S)
            else:
                psutil.Process(self.pid).wait(_STOP_TIMEOUT_S)
        except psutil.NoSuchProcess:
            return True
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            return False
        return True


def spawn(
    command: Sequence[str], *, cwd: Path, log: Path, account: Account | None = None
) -> ServerProcess:
    """Start a server in the background, its output appended to `log`."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.old"))
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    return ServerProcess(child.pid, child)


def call(command: Sequence[str], *, cwd: Path, account: Account | None = None) -> tuple[int, str]:
    """Run a command to its end; its exit code and its output."""
    result = subprocess.run(
        command,
        cwd=cwd,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    return result.returncode, result.stdout + result.stderr


def find(pid_file: Path, *, name: str, cwd: Path) -> ServerProcess | None:
    """The server that `pid_file` names, if it still lives and works in `cwd`."""
    pid = read_pid(pid_file)
    if pid is None or not _is_alive(pid):
        return None
    return ServerProcess(pid) if _works_in(psutil.Process(pid), name, cwd) else None


def list_in(cwd: Path, *, name: str) -> tuple[psutil.Process, ...]:
    """Every process of that name that works in `cwd`."""
    return tuple(process for process in psutil.process_iter() if _works_in(process, name, cwd))


def read_pid(pid_file: Path) -> int | None:
    """The process id on the first line of a file; None where there is none."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(pid_file.read_text().split()[0])
    return None


def _works_in(process: psutil.Process, name: str, cwd: Path) -> bool:
    try:
        return process.name() == name and os.path.samefile(process.cwd(), cwd)
    except (psutil.Error, OSError):
        return False


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
