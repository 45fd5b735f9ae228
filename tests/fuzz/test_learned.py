"""The file of what was learned: any JSON may be in it, and none costs the set-up."""

import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import get_internal_store_manager
from hypothesis import example, given, strategies as st

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.messages import valid_name
from custom_components.blynk_bridge.learned import Learned

from .effort import effort
from .made_up import JSON, nearly
from .test_endpoints import URIS

CONFIGURED = Endpoint.at("blynk.cloud", Transport.TLS)
WHOLE: dict[str, Any] = {
    "configured": str(CONFIGURED),
    "home": "mqtts://fra1.blynk.cloud:8883",
    "events": {"day": "2026-11-22", "sent": 3},
    "overrides": {"device": "x", "properties": {"A": {"label": ["B"], "color": []}}},
    "plan": {
        "01ABC": {
            "trait": "power",
            "data_type": "integer",
            "unit": None,
            "minimum": 0,
            "maximum": 1.5,
            "labels": [],
        }
    },
}
FILES = st.one_of(
    nearly(WHOLE),
    nearly(WHOLE["events"]).map(lambda part: {**WHOLE, "events": part}),
    nearly(WHOLE["overrides"]).map(lambda part: {**WHOLE, "overrides": part}),
    nearly(WHOLE["plan"]["01ABC"]).map(lambda part: {**WHOLE, "plan": {"01ABC": part}}),
    st.dictionaries(st.text(max_size=4), JSON, max_size=3).map(
        lambda part: {**WHOLE, "overrides": {"device": None, "properties": part}}
    ),
    URIS.map(lambda uri: {**WHOLE, "home": uri}),
    JSON,
)


@given(FILES)
@example(WHOLE)
@effort(300)
async def test_any_file_is_read_as_far_as_it_makes_sense(
    hass: HomeAssistant, hass_storage: dict[str, Any], content: Any
) -> None:
    """And written again as something that is read as the same."""
    key = f"{DOMAIN}.fuzz"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": content}
    learned = Learned(hass, "fuzz")
    await learned.async_load(CONFIGURED)
    assert learned.home is None or Endpoint.parse(str(learned.home)) == learned.home
    for name in learned.overridden:
        assert valid_name(name)
        for key_, texts in learned.overrides(name).items():
            assert valid_name(key_)
            assert all(isinstance(text, str) for text in texts)
    if learned.events is not None:
        assert isinstance(learned.events.sent, int)
    if content == WHOLE:
        assert learned.home
        assert learned.events
        assert learned.plan
        assert list(learned.overridden) == ["A"]
    for row in learned.plan.values():
        assert isinstance(row["labels"], list)

    before = learned._content()
    learned.async_set_override("Other", "label", ("x",))
    learned.async_set_override("Other", "label", None)
    await learned.async_close()
    assert hass_storage[key]["data"] == before
    again = Learned(hass, "fuzz")
    await again.async_load(CONFIGURED)
    assert again._content() == before


STORE = {"version": 1, "minor_version": 1, "key": "k", "data": WHOLE}
BYTES = st.one_of(
    st.one_of(JSON, nearly(STORE)).map(lambda content: json.dumps(content).encode()),
    st.builds(
        lambda content, start, end: json.dumps(content).encode()[start:-end],
        st.just(STORE),
        st.integers(0, 3),
        st.integers(1, 300),
    ),
    st.binary(max_size=30),
)


@given(BYTES)
@example(json.dumps(STORE).encode())
@example(json.dumps({**STORE, "version": 0}).encode())
@example(json.dumps({**STORE, "version": 2}).encode())
@effort(150)
async def test_a_file_that_is_no_store_is_nothing_learned(
    hass: HomeAssistant, tmp_path: Path, content: bytes
) -> None:
    """Of another version, cut short, or no JSON at all."""
    hass.config.config_dir = str(tmp_path)
    file = tmp_path / ".storage" / f"{DOMAIN}.fuzz"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    learned = Learned(hass, "fuzz")
    get_internal_store_manager(hass).async_invalidate(file.name)
    # The tests' storage is a mapping; here it is a file.
    vars(learned._store)["_async_load"] = learned._store._async_load_data
    await learned.async_load(CONFIGURED)
    if learned.home is not None:
        assert json.loads(content)["version"] == 1
    if content == json.dumps(STORE).encode():
        assert learned.home
