"""Names shared by more than one module."""

from typing import Final

DOMAIN: Final = "blynk_bridge"
MANUFACTURER: Final = "Blynk"

SUBENTRY_CONTROL: Final = "control"
SUBENTRY_DATASTREAM: Final = "datastream"
SUBENTRY_EVENT: Final = "event"
SUBENTRY_SELECTION: Final = "selection"

CONF_TEMPLATE_ID: Final = "template_id"
CONF_ADVANCED: Final = "advanced"
CONF_TRANSPORT: Final = "transport"

CONF_DATASTREAM: Final = "datastream"
CONF_DATA_TYPE: Final = "data_type"
CONF_DIRECTION: Final = "direction"
CONF_ENTITY_REGISTRY_ID: Final = "entity_registry_id"
CONF_MAX_INTERVAL: Final = "max_interval"
CONF_MIN_INTERVAL: Final = "min_interval"
CONF_ON_WRITE: Final = "on_write"
CONF_OPTED_IN: Final = "opted_in"
CONF_PAUSED: Final = "paused"
CONF_PIN: Final = "pin"
CONF_PLAN_SIZE: Final = "plan_size"
CONF_PROPERTIES: Final = "properties"
CONF_SELECTION: Final = "selection"
CONF_SYNC_FROM_BLYNK: Final = "sync_from_blynk"
CONF_TRAIT: Final = "trait"
CONF_UNAVAILABLE: Final = "unavailable"
