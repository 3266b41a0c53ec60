"""The rules of the layout, read from the source and never from memory.

Each test is one rule and fails with the list of its offenders. No test here runs the service.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from source_code import (
    ROOT,
    attributes_of,
    functions_of,
    imports_of,
    name_of,
    sources,
    tree_of,
)

PACKAGES = ("bot", "channels", "jobs", "handlers")
CODE = (*PACKAGES, "tests", "bench")
MODULE_LINES = 300
FUNCTION_LINES = 40
POSITIONAL = 5

# Inside `bot` imports point downwards or sideways, never up. A new module names its level here.
LEVELS = (
    "errors clock ids domain settings signing unsubscribing situation plugins profile profiles "
    "trace progress",
    "store llm language devstack media",
    "deps booking quiet knowledge memory guard consent noise unproven identity_codes",
    "tools",
    "agents",
    "choices router prompting tool_runner orchestrator loading leasing event_day decision sorting "
    "feelings deciding turn intake unproven_refusal outbox send_gate escalation follow_ups causes "
    "booking_desk autonomy drafting identity summarising explaining versions translating webchat "
    "send templating disclosing calls voice silence desk",
    "learning insight",
)
LEVEL_OF = {name: level for level, names in enumerate(LEVELS) for name in names.split()}

SINGULARS = {
    "channels": "channel",
    "bot/agents": "agent",
    "bot/tools": "tool",
    "jobs": "job",
    "bot/causes": "cause",
    "handlers/console": "page",
}

READS_TIME = {
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "monotonic"),
    ("time", "monotonic_ns"),
    ("time", "perf_counter"),
    ("time", "perf_counter_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}
READS_ENVIRONMENT = {("os", "environ"), ("os", "environb"), ("os", "getenv"), ("os", "getenvb")}

STATEMENT = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.DOTALL
)

# Put together here, so that this file does not offend against itself.
FORBIDDEN = tuple(
    "".join(parts)
    for parts in (
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("pypi", ".org"),
        ("python", "hosted"),
        ("--index", "-url"),
        ("--extra-index", "-url"),
        ("--trusted", "-host"),
        ("--find", "-links"),
    )
)
READABLE = {".py", ".toml", ".txt", ".md", ".sql", ".js", ".css", ".html", ".json", ".yml", ""}


def report(offenders: list[str], rule: str) -> None:
    assert not offenders, f"{rule}\n  " + "\n  ".join(offenders)


def test_imports_between_packages_point_one_way() -> None:
    rank = {package: level for level, package in enumerate(PACKAGES)}
    offenders = [
        f"{name_of(path)}:{line} imports {module}"
        for path in sources(*PACKAGES)
        for line, module in imports_of(path)
        if module.startswith("relative import")
        or rank.get(module.split(".")[0], -1) > rank[path.relative_to(ROOT).parts[0]]
    ]
    report(offenders, "handlers -> jobs -> channels -> bot, by absolute imports:")


def test_service_does_not_import_tests_or_bench() -> None:
    offenders = [
        f"{name_of(path)}:{line} imports {module}"
        for path in sources(*PACKAGES)
        for line, module in imports_of(path)
        if module.split(".")[0] in {"tests", "bench", "pytest"}
    ]
    report(offenders, "the service must run without its tests:")


def bot_part(path: Path) -> str:
    return path.relative_to(ROOT / "bot").parts[0].removesuffix(".py")


def level_of(part: str) -> int:
    """`devstack_redis` has the level of `devstack` unless it is named itself; -1 is unknown."""
    return LEVEL_OF.get(part, LEVEL_OF.get(part.partition("_")[0], -1))


def test_every_part_of_bot_has_a_level() -> None:
    offenders = {
        bot_part(path)
        for path in sources("bot")
        if level_of(bot_part(path)) < 0 and bot_part(path) != "__init__"
    }
    report(sorted(offenders), "name the level in LEVELS of tests/test_layout.py:")


def test_imports_inside_bot_never_point_up() -> None:
    offenders = []
    for path in sources("bot"):
        own = level_of(bot_part(path))
        for line, module in imports_of(path):
            package, _, rest = module.partition(".")
            imported = level_of(rest.split(".")[0])
            if package == "bot" and imported > own >= 0:
                offenders.append(f"{name_of(path)}:{line} imports {module}")
    report(offenders, "inside bot, imports point downwards by LEVELS:")


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in sources(*CODE)}
    offenders = [f"{name_of(p)} {count}" for p, count in lengths.items() if count > MODULE_LINES]
    report(offenders, f"a module has at most {MODULE_LINES} lines:")


def test_functions_are_short() -> None:
    offenders = []
    for path in sources(*CODE):
        for function in functions_of(path):
            first = function.body[0]
            counted = (function.end_lineno or function.lineno) - function.lineno + 1
            if ast.get_docstring(function) is not None:
                counted -= (first.end_lineno or first.lineno) - first.lineno + 1
            if counted > FUNCTION_LINES:
                offenders.append(f"{name_of(path)}:{function.lineno} {function.name} {counted}")
    report(offenders, f"a function has at most {FUNCTION_LINES} lines without its docstring:")


def test_functions_take_few_positional_parameters() -> None:
    offenders = []
    for path in sources(*PACKAGES, "bench"):
        for function in functions_of(path):
            given = [*function.args.posonlyargs, *function.args.args]
            counted = [argument for argument in given if argument.arg not in {"self", "cls"}]
            if len(counted) > POSITIONAL:
                offenders.append(f"{name_of(path)}:{function.lineno} {function.name}")
    report(offenders, f"a function takes at most {POSITIONAL} positional parameters:")


def test_only_the_clock_reads_the_time() -> None:
    may_measure = {"handlers/cli.py"}
    offenders: list[str] = []
    for path in sources(*PACKAGES):
        name = name_of(path)
        wanted = {
            pair
            for pair in READS_TIME
            if name not in may_measure or not pair[1].startswith("perf_counter")
        }
        if name != "bot/clock.py":
            offenders += attributes_of(path, wanted)
    report(offenders, "ask bot/clock.py for the time:")


def test_only_the_settings_read_the_environment() -> None:
    offenders = [
        use
        for path in sources(*PACKAGES)
        if name_of(path) != "bot/settings.py"
        for use in attributes_of(path, READS_ENVIRONMENT)
    ]
    report(offenders, "only bot/settings.py reads the environment:")


def test_sql_stays_in_the_store() -> None:
    offenders = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources(*PACKAGES)
        if not path.is_relative_to(ROOT / "bot" / "store")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and STATEMENT.search(node.value)
    ]
    report(offenders, "SQL belongs in bot/store:")


def test_no_folder_of_the_tests_is_a_package() -> None:
    report(
        [name_of(path) for path in (ROOT / "tests").rglob("__init__.py")],
        "tests are flat modules; a package among them would shadow ours:",
    )


def test_every_package_is_named_in_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = set(project["tool"]["setuptools"]["packages"])
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in sources(*PACKAGES)
        if path.name == "__init__.py"
    }
    loose = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in sources(*PACKAGES)
        if not (path.parent / "__init__.py").exists()
    }
    report(sorted((named ^ found) | loose), "pyproject.toml names each package, each has __init__:")


def test_package_files_hold_no_logic() -> None:
    offenders = [
        name_of(path)
        for path in sources(*PACKAGES)
        if path.name == "__init__.py"
        and path.parent != ROOT / "bot" / "store"
        and (len(tree_of(path).body) > 1 or ast.get_docstring(tree_of(path)) is None)
    ]
    report(offenders, "an __init__.py holds one docstring and nothing else:")


def assigned_last(path: Path) -> str:
    last = tree_of(path).body[-1]
    target = last.targets[0] if isinstance(last, ast.Assign) else getattr(last, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def is_plugin(path: Path, singular: str) -> bool:
    return any(
        isinstance(target, ast.Name) and target.id == singular
        for node in tree_of(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def test_plugins_stand_alone_and_end_with_their_singular() -> None:
    offenders: list[str] = []
    for folder, singular in SINGULARS.items():
        plugins = {p.stem: p for p in (ROOT / folder).glob("*.py") if is_plugin(p, singular)}
        siblings = {f"{folder.replace('/', '.')}.{stem}" for stem in plugins}
        for path in plugins.values():
            if assigned_last(path) != singular or path.stem == "base":
                offenders.append(f"{name_of(path)} does not end with `{singular} = ...`")
            offenders += [
                f"{name_of(path)}:{line} imports another {singular}, {module}"
                for line, module in imports_of(path)
                if module in siblings or module.rpartition(".")[0] in siblings
            ]
    report(offenders, "a plug-in is one file that knows no other:")


def test_nothing_names_a_registry_or_a_machine() -> None:
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name != "uv.lock"]
    folders = [*CODE, "docs", "deploy", ".ci"]
    below = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    offenders = []
    for path in (*top, *below):
        if path.suffix not in READABLE or "__pycache__" in path.parts:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        offenders += [f"{name_of(path)}: {word}" for word in FORBIDDEN if word in text]
    report(offenders, "no addresses of registries, no paths of one machine:")
