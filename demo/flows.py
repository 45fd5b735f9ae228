"""Walking Home Assistant's flows as the frontend does: whatever form or menu comes is answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from .client import HomeAssistantClient
from .waiting import DemoError

MAX_STEPS = 10

MENU = "menu"
"""The answer that names the options to take from menus."""

CONFIG_FLOW = "/api/config/config_entries/flow"
SUBENTRY_FLOW = "/api/config/config_entries/subentries/flow"


async def walk(
    client: HomeAssistantClient,
    path: str,
    handler: str | Sequence[str],
    answers: Mapping[str, Any],
) -> dict[str, Any]:
    """Start a flow and answer its steps until it creates what it is for."""
    result = await client.request("POST", path, {"handler": handler})
    return await _answer_steps(client, path, result, answers)


async def resume(
    client: HomeAssistantClient, flow_id: str, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer the steps of a config flow that Home Assistant has started."""
    result = await client.request("GET", f"{CONFIG_FLOW}/{flow_id}")
    return await _answer_steps(client, CONFIG_FLOW, result, answers)


async def _answer_steps(
    client: HomeAssistantClient,
    path: str,
    result: dict[str, Any],
    answers: Mapping[str, Any],
) -> dict[str, Any]:
    for _ in range(MAX_STEPS):
        if result["type"] in {"create_entry", "abort"}:
            return result
        if result["type"] == "menu":
            form: dict[str, Any] = {"next_step_id": _choose(result, answers)}
            result = await client.request("POST", f"{path}/{result['flow_id']}", form)
            continue
        if result["type"] != "form":
            raise DemoError(f"step {result['step_id']}: {result['type']} is not a form")
        if errors := result.get("errors"):
            raise DemoError(f"step {result['step_id']} was refused: {errors}")
        form = _fill_in(result["step_id"], result["data_schema"], answers)
        result = await client.request("POST", f"{path}/{result['flow_id']}", form)
    raise DemoError(f"the flow of {path} does not come to an end")


def _choose(menu: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """Return the way that we know from a menu."""
    for option in menu["menu_options"]:
        if option in answers.get(MENU, ()):
            return str(option)
    raise DemoError(f"the menu of step {menu['step_id']} leads nowhere we know")


def _fill_in(
    step: str, fields: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the frontend would send: our answers, else the prefilled values."""
    form: dict[str, Any] = {}
    for field in fields:
        name = field["name"]
        if field.get("type") == "expandable":
            form[name] = _fill_in(step, field["schema"], answers)
        elif name in answers:
            form[name] = answers[name]
        elif (suggested := _suggested(field)) is not None:
            form[name] = suggested
        elif "default" in field:
            form[name] = field["default"]
        elif field.get("required"):
            raise DemoError(f"step {step} asks for {name}, which the demo cannot tell")
    return form


def _suggested(field: Mapping[str, Any]) -> Any:
    return (field.get("description") or {}).get("suggested_value")
