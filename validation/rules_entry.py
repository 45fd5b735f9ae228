"""What of the quality scale's rules about entries, flows and actions the code shows."""

import ast
from collections.abc import Iterator
from typing import Final

from .code import called, calls, function, functions, imported, keyword, last_name
from .findings import Finding
from .flows import check_exceptions
from .manifest import MANIFEST
from .project import INTEGRATION, Project, nodes, part
from .translations import ENGLISH, check_help

START: Final = f"{INTEGRATION}/__init__.py"
FLOW: Final = f"{INTEGRATION}/config_flow.py"
REPAIRS: Final = f"{INTEGRATION}/repairs.py"
_ERRORS: Final = ("HomeAssistantError", "ServiceValidationError")
"""What a user reads."""
_FAILURES: Final = frozenset(
    {"BlynkError", "Exception", "LinkError", "NotAcknowledged", "NotConnected"}
    | {"TimeoutError"}
)
"""What ends a message on its way to Blynk."""
_ENTRY_FUNCTIONS: Final = (
    "async_get_config_entry_diagnostics",
    "async_get_device_diagnostics",
    "async_migrate_entry",
    "async_remove_entry",
    "async_setup_entry",
    "async_unload_entry",
)
_DISCOVERING: Final = (
    "bluetooth",
    "dhcp",
    "homekit",
    "mqtt",
    "ssdp",
    "usb",
    "zeroconf",
)


def action_setup(project: Project) -> Iterator[Finding]:
    """Find actions that are only there while an entry is."""
    tree = project.tree(START)
    if "async_register_services" not in called(function(tree, "async_setup")):
        yield Finding(START, "async_setup registers no actions")
    for name, each in project.modules():
        for inner in functions(each):
            if inner.name in ("async_setup_entry", "async_unload_entry"):
                used = called(inner) & {
                    "async_register",
                    "async_register_services",
                    "async_register_platform_entity_service",
                }
                if used:
                    yield Finding(name, f"{inner.name} registers actions")


def appropriate_polling(project: Project) -> Iterator[Finding]:
    """Find something that polls, which nothing here has to."""
    for name, tree in project.modules():
        for node in nodes(tree):
            match node:
                case ast.AsyncFunctionDef(name="async_update" | "_async_update_data"):
                    yield Finding(name, f"{node.name} polls")
                case ast.Name(id="SCAN_INTERVAL", ctx=ast.Store()):
                    yield Finding(name, "SCAN_INTERVAL is for polling")
                case ast.keyword(arg="update_interval"):
                    yield Finding(name, "update_interval is for polling")


def config_flow(project: Project) -> Iterator[Finding]:
    """Find that the UI sets nothing up, or leaves a field without help."""
    if project.json(MANIFEST).get("config_flow") is not True:
        yield Finding(MANIFEST, "config_flow must be true")
    yield from _steps(project, "user")
    yield from check_help(project)


def config_entry_unloading(project: Project) -> Iterator[Finding]:
    """Find that an entry would leave its platforms behind."""
    unload = function(project.tree(START), "async_unload_entry")
    if "async_unload_platforms" not in called(unload):
        yield Finding(START, "async_unload_entry unloads no platforms")


def runtime_data(project: Project) -> Iterator[Finding]:
    """Find that what an entry needs while it runs is somewhere else."""
    setup = function(project.tree(START), "async_setup_entry")
    stored = any(
        isinstance(node, ast.Attribute)
        and node.attr == "runtime_data"
        and isinstance(node.ctx, ast.Store)
        for node in nodes(setup or ast.Module([], []))
    )
    if not stored:
        yield Finding(START, "async_setup_entry sets no runtime_data")
    for name, tree in project.modules():
        for node in nodes(tree):
            match node:
                case ast.Subscript(
                    value=ast.Attribute(attr="data"), slice=ast.Name(id="DOMAIN")
                ):
                    yield Finding(name, f"line {node.lineno} keeps data by the domain")
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Attribute(attr="data"),
                        attr="get" | "pop" | "setdefault",
                    ),
                    args=[ast.Name(id="DOMAIN"), *_],
                ):
                    yield Finding(name, f"line {node.lineno} keeps data by the domain")


def test_before_configure(project: Project) -> Iterator[Finding]:
    """Find a step that saves what it has not tried."""
    for step in ("user", "reauth_confirm", "reconfigure"):
        method = function(project.tree(FLOW), f"async_step_{step}")
        if "_async_try" not in called(method):
            yield Finding(FLOW, f"the step {step} tries no connection")
    attempt = function(project.tree(FLOW), "_async_try")
    if not called(attempt) >= {"async_try", "async_try_for_entry"}:
        yield Finding(FLOW, "_async_try tries no connection")


def test_before_setup(project: Project) -> Iterator[Finding]:
    """Find that set-up waits for the cloud, which it is exempt from."""
    setup = function(project.tree(START), "async_setup_entry")
    waits = called(setup) & {"async_config_entry_first_refresh", "wait_ready"}
    if waits or "async_start" not in called(setup):
        yield Finding(START, "async_setup_entry waits for the connection")


def unique_config_entry(project: Project) -> Iterator[Finding]:
    """Find that a device could be set up twice."""
    used = called(function(project.tree(FLOW), "async_step_user"))
    for name in ("async_set_unique_id", "_abort_if_unique_id_configured"):
        if name not in used:
            yield Finding(FLOW, f"async_step_user does not call {name}")


def reauthentication_flow(project: Project) -> Iterator[Finding]:
    """Find that a refused token is nobody's business."""
    yield from _steps(project, "reauth", "reauth_confirm")
    if not any("async_start_reauth" in called(tree) for _, tree in project.modules()):
        yield Finding(FLOW, "nothing starts the step reauth")


def reconfiguration_flow(project: Project) -> Iterator[Finding]:
    """Find that a connection can't be changed."""
    yield from _steps(project, "reconfigure")


def discovery(project: Project) -> Iterator[Finding]:
    """Find ways to be discovered, which a cloud has none of."""
    for key in project.json(MANIFEST).keys() & set(_DISCOVERING):
        yield Finding(MANIFEST, f"{key} discovers devices")
    for method in functions(project.tree(FLOW)):
        if method.name.removeprefix("async_step_") in (*_DISCOVERING, "discovery"):
            yield Finding(FLOW, f"{method.name} discovers devices")


def diagnostics(project: Project) -> Iterator[Finding]:
    """Find that there are none, or that nothing is redacted."""
    file = f"{INTEGRATION}/diagnostics.py"
    told = function(project.tree(file), "async_get_config_entry_diagnostics")
    if told is None:
        yield Finding(file, "has no diagnostics of an entry")
    if "async_redact_data" not in called(project.tree(file)):
        yield Finding(file, "redacts nothing")


def repair_issues(project: Project) -> Iterator[Finding]:
    """Find issues without a text or without a flow that mends them."""
    if function(project.tree(REPAIRS), "async_create_fix_flow") is None:
        yield Finding(REPAIRS, "has no async_create_fix_flow")
    raised = 0
    for name, tree in project.modules():
        for call in calls(tree):
            if last_name(call.func) == "async_create_issue":
                raised += 1
                if keyword(call, "translation_key") is None:
                    yield Finding(
                        name, f"line {call.lineno} raises an issue without a text"
                    )
    if not raised or not part(project.json(ENGLISH), "issues"):
        yield Finding(ENGLISH, "there are no issues")


def action_exceptions(project: Project) -> Iterator[Finding]:
    """Find actions that end as if they had done what they could not."""
    raising = False
    for name, tree in project.modules():
        if not _acts(name):
            continue
        raising = raising or bool(_raised(tree))
        for node in nodes(tree):
            match node:
                case ast.ExceptHandler(body=[ast.Pass()]):
                    yield Finding(name, f"line {node.lineno} swallows an error")
                case ast.ExceptHandler(type=ast.expr() as caught):
                    failed = {last_name(each) for each in _each(caught)} & _FAILURES
                    raises = any(isinstance(each, ast.Raise) for each in nodes(node))
                    if failed and not raises:
                        yield Finding(
                            name, f"line {node.lineno} keeps a failure to itself"
                        )
    if not raising:
        yield Finding(INTEGRATION, "no action raises an error")


def exception_translations(project: Project) -> Iterator[Finding]:
    """Find errors that are in no language but the code's."""
    for name, tree in project.modules():
        for call in calls(tree):
            if last_name(call.func) not in _ERRORS:
                continue
            given = {each.arg for each in call.keywords}
            if call.args or not {"translation_domain", "translation_key"} <= given:
                yield Finding(name, f"line {call.lineno} raises an error without a key")
        if _acts(name):
            for call in _raised(tree):
                if last_name(call.func) in ("Exception", "RuntimeError", "ValueError"):
                    yield Finding(
                        name, f"line {call.lineno} raises what nobody translates"
                    )
    yield from check_exceptions(project)


def inject_websession(project: Project) -> Iterator[Finding]:
    """Find HTTP sessions that are not Home Assistant's."""
    shared = False
    for name, tree in project.modules():
        shared = shared or "async_get_clientsession" in called(tree)
        for call in calls(tree):
            if last_name(call.func) in ("ClientSession", "AsyncClient"):
                yield Finding(name, f"line {call.lineno} makes a session of its own")
        for each in {"httpx", "requests", "urllib3"} & set(imported(tree)):
            yield Finding(name, f"imports {each}")
    if not shared:
        yield Finding(INTEGRATION, "uses no session of Home Assistant's")


def typed_entries(project: Project) -> Iterator[Finding]:
    """Find functions that would look into an entry without knowing what is in it."""
    for name, tree in project.modules():
        for each in functions(tree):
            kinds = {
                argument.arg: last_name(argument.annotation)
                for argument in each.args.args
                if argument.annotation is not None
            }
            given = each.name in _ENTRY_FUNCTIONS
            if given and "BlynkConfigEntry" not in kinds.values():
                yield Finding(name, f"{each.name} takes an entry without its type")
            for node in nodes(each):
                match node:
                    case ast.Attribute(
                        value=ast.Name(id=entry), attr="runtime_data"
                    ) if kinds.get(entry) == "ConfigEntry":
                        yield Finding(name, f"{each.name} looks into an untyped entry")


def _each(caught: ast.expr) -> list[ast.expr]:
    """Return the kinds of errors that a handler names."""
    return caught.elts if isinstance(caught, ast.Tuple) else [caught]


def _steps(project: Project, *steps: str) -> Iterator[Finding]:
    """Yield steps of the config flow that are not there, or have no text."""
    for step in steps:
        if function(project.tree(FLOW), f"async_step_{step}") is None:
            yield Finding(FLOW, f"has no step {step}")
    told = part(project.json(ENGLISH), "config", "step")
    if steps[-1] not in told:
        yield Finding(ENGLISH, f"config.step.{steps[-1]} is missing")


def _acts(name: str) -> bool:
    """Return whether a file carries out actions."""
    within = name.removeprefix(f"{INTEGRATION}/")
    return within.startswith("actions/") or within in (
        *("button.py", "events.py", "notify.py", "number.py", "requests.py"),
        *("select.py", "switch.py", "text.py", "time.py"),
    )


def _raised(tree: ast.AST) -> list[ast.Call]:
    """Return what is raised as soon as it is made."""
    return [
        node.exc
        for node in nodes(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
    ]
