"""The walls of the house that import-linter cannot see."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

from tests.servers import ROOT

LINES = 260
PACKAGES = ("cluster", "webapp", "demo", "orders", "market")
PRODUCT = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
MODULES = [path for path in PRODUCT if "migrations" not in path.parts]
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def used_names(path: Path) -> Iterator[str]:
    """Every name and attribute the module mentions, strings and comments aside."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)


def modules_that_mention(*names: str) -> set[str]:
    return {name_of(path) for path in MODULES if set(names) & set(used_names(path))}


def test_only_publish_sends_to_a_group() -> None:
    assert modules_that_mention("group_send") == {"orders/live/redis_sender.py"}
    assert modules_that_mention("GroupSender") == {"orders/live/publisher.py"}


def test_only_publish_and_the_groups_talk_to_the_channel_layer() -> None:
    assert modules_that_mention("get_channel_layer") == {"orders/live/redis_sender.py", "orders/live/groups.py"}


def test_only_the_log_writes_the_log() -> None:
    def writes(path: Path) -> bool:
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.Call(func=ast.Name(id="OrderEvent" | "EventCounter")):
                    return True
                case ast.Attribute(
                    attr="create" | "bulk_create" | "update" | "delete" | "get_or_create", value=manager
                ):
                    if re.search(r"\b(OrderEvent|EventCounter)\b", ast.unparse(manager)):
                        return True
        return False

    assert {str(path.parent.relative_to(ROOT)) for path in MODULES if writes(path)} == {"orders/log"}


def test_only_env_reads_the_environment() -> None:
    reading = modules_that_mention("environ", "getenv")
    # Django's own entry points name the settings module, and a process hands its environment to those it starts.
    assert reading <= {"webapp/env.py", "webapp/asgi.py", "cluster/__main__.py"}
    for name in reading - {"webapp/env.py"}:
        text = (ROOT / name).read_text()
        assert not re.search(r"environ(\.get\(|\[)|getenv\(", text), name


def test_the_product_imports_no_tests_and_the_lifecycle_no_django() -> None:
    assert not modules_that_mention("tests")
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(tree_of(ROOT / "orders" / "domain" / "lifecycle.py"))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not [name for name in imported if name.split(".")[0] not in ("__future__", "dataclasses", "decimal", "enum")]


def test_one_module_says_that_no_cache_keeps_an_answer() -> None:
    assert {name_of(path) for path in MODULES if "no-store" in path.read_text()} == {"webapp/middleware.py"}


# What others raise: it may have no words, or several lines of them.
OTHERS = {"Exception", "OSError", "Error", "DatabaseError", "OperationalError", "InterfaceError", "redis.RedisError"}
# The words of its errors may hold a key.
TELLS_NO_WORDS = {"market/feeds/upstream.py"}


def errors_of_others(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The names under which they are at hand, each with the code in which it is."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.ExceptHandler(type=ast.expr() as kind, name=str(name)):
                kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
                if OTHERS.intersection(map(ast.unparse, kinds)):
                    yield name, node
            case ast.FunctionDef(args=ast.arguments(args=arguments)):
                kinds_of = {each.arg: ast.unparse(each.annotation) for each in arguments if each.annotation}
                yield from ((name, node) for name, kind in kinds_of.items() if kind in OTHERS)


def is_told_by_hand(name: str, code: ast.AST) -> bool:
    for node in ast.walk(code):
        match node:
            case (
                ast.FormattedValue(value=ast.Name(id=found))
                | ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=found)])
                | ast.Attribute(attr="strerror", value=ast.Name(id=found))
                | ast.Attribute(attr="__name__", value=ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=found)]))
            ) if found == name:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log")), args=told):
                if any(isinstance(each, ast.Name) and each.id == name for each in told):
                    return True
    return False


def test_why_something_failed_is_told_by_reason_alone() -> None:
    by_hand = {name_of(path) for path in MODULES for error in errors_of_others(path) if is_told_by_hand(*error)}
    assert by_hand == TELLS_NO_WORDS


def test_every_command_tells_in_one_line_that_the_database_can_t_be_used() -> None:
    commands = [path for path in MODULES if path.parent.name == "commands" and path.name != "__init__.py"]
    by_hand = {path.stem for path in commands if "DatabaseCommand" not in set(used_names(path))}
    assert by_hand == {"paper_broker", "evaluate_forecast"}, (
        "one goes on, whatever becomes of the database; one uses none"
    )


def test_a_signal_receiver_is_one_call() -> None:
    modules = [path for path in MODULES if path.name == "signals.py"]
    receivers = [node for path in modules for node in tree_of(path).body if isinstance(node, ast.FunctionDef)]
    assert len(receivers) >= 6
    for receiver in receivers:
        if receiver.name not in ("connect", "order_about_to_be_deleted"):
            calls = [
                node for node in ast.walk(receiver) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            ]
            assert len(calls) == 1, receiver.name


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    assert {"orders.models.order", "market.live.hub"} <= graph.modules
    assert not {module for module in graph.modules if module in graph.find_upstream_modules(module)}


def test_models_know_nothing_of_http_sockets_or_json() -> None:
    for path in sorted((ROOT / "orders" / "models").glob("*.py")):
        words = r"^(?:import|from) (?:json|orjson|channels|django\.http|rest_framework)\b|\brequest\b"
        assert not re.search(words, path.read_text(), re.MULTILINE), path.name


def test_a_module_can_be_read_in_one_go() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES + SCRIPTS}
    assert not {name: length for name, length in lengths.items() if length > LINES}


def test_a_module_begins_with_what_it_promises() -> None:
    def begins(path: Path) -> bool:
        first, *rest = (ast.get_docstring(tree_of(path)) or "").splitlines() or [""]
        return bool(first) and (first.endswith((".", "?", "!")) or not rest)

    assert not [name_of(path) for path in MODULES if path.read_text().strip() and not begins(path)]


def test_no_script_leaves_anything_for_later() -> None:
    # Python's are ruff's to find.
    assert not [path.name for path in SCRIPTS if re.search(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", path.read_text())]


def test_every_import_of_a_script_ends_in_a_semicolon_and_names_what_it_takes() -> None:
    # Django's hashed static files rewrite an import only where its statement ends in one.
    for path in SCRIPTS:
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        statements = re.findall(r"^(?:import|export)\b[^;{(]*(?:\{[^}]*\})?[^;\n]*from\b.*$", code, re.MULTILINE)
        assert not [statement for statement in statements if not statement.rstrip().endswith(";")], path.name
        assert not re.search(r"^export default\b", code, re.MULTILINE), path.name


# The page's rooms: each may import of those below it, types included. `main.js` joins them all.
ROOMS = (
    "",
    "page",
    "watchlist",
    "chart",
    "chart/cone",
    "table",
    "table/rows",
    "ticket",
    "money",
    "stream",
    "forecast",
    "symbols",
    "prices",
    "net",
    "orders",
    "ui",
    "text",
)


def room_of(path: Path) -> str:
    return path.parent.relative_to(ROOT / "static" / "js").as_posix().removeprefix(".")


def test_rooms_of_the_page_import_one_way() -> None:
    assert {room_of(path) for path in SCRIPTS} == set(ROOMS)
    upwards = [
        f"{name_of(path)}: {file}"
        for path in SCRIPTS
        for file in re.findall(r'(?:from|import\() ?"(\.[^"]+\.js)"', path.read_text())
        if ROOMS.index(room_of((path.parent / file).resolve())) < ROOMS.index(room_of(path))
    ]
    assert upwards == []


def test_data_becomes_text_and_never_html() -> None:
    html = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
    assert not [path.name for path in SCRIPTS if html.search(path.read_text())]


def test_only_main_acts_when_it_is_loaded() -> None:
    # A library's own switch is set where it is imported.
    allowed = re.compile(
        r"^(import|export|const|class|function|async function|let|/\*|\*|//|}|]|\)|DataTable\.ext\.|$)"
    )
    for path in SCRIPTS:
        if path.name in ("main.js", "theme-first.js"):
            continue
        top = [line for line in path.read_text().splitlines() if line and not line[0].isspace()]
        assert all(allowed.match(line.strip()) for line in top), path.name


def test_no_test_sleeps_or_is_skipped_silently() -> None:
    sleeping = {"time.sleep", "asyncio.sleep", "sleep"}
    skipping = {"skip", "skipif", "xfail", "importorskip"}
    for path in TESTS:
        called = {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
        assert not called & sleeping, name_of(path)
        assert not skipping & set(used_names(path)), name_of(path)


def calls_in(node: ast.AST) -> set[str]:
    """The names of what is called, without where they come from."""
    return {ast.unparse(each.func).split(".")[-1] for each in ast.walk(node) if isinstance(each, ast.Call)}


def test_a_browser_is_looked_for_before_playwright_is_started() -> None:
    def looks_too_late(path: Path) -> bool:
        blocks = [calls_in(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.With)]
        return any("sync_playwright" in called and called & {"browser", "headless"} for called in blocks)

    paths = [path for name in ("benchmarks", "scripts", "tests") for path in sorted((ROOT / name).rglob("*.py"))]
    assert [name_of(path) for path in paths if looks_too_late(path)] == []
