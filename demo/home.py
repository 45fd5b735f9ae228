"""What of the demo's home is exposed, and the datastreams its template needs for that.

Together 49 of the 50 datastreams that a free plan's template may have.
"""

from .datastreams import (
    Datastream,
    DemoExposure,
    button,
    choice,
    number,
    on_off,
    percent,
    switch,
    text,
)

ALARM_CODE = "garden-gnome"  # of config/packages/security.yaml

BEDROOM = "bedroom"  # an area that Home Assistant makes at its first start
BEDROOM_ENTITIES = (
    "fan.bedroom_fan",
    "humidifier.bedroom_humidifier",
    "input_datetime.wake_up",
    "light.bedroom_lamp",
)
"""Exposed in one step, by their area."""

BEDROOM_DATASTREAMS = (
    switch(1, "Bedroom fan"),
    percent(2, "Bedroom fan Speed", step=25, control=True, widget="step"),
    choice(3, "Bedroom fan Preset", ("Manual", "Breeze", "Sleep"), control=True),
    switch(4, "Bedroom fan Oscillation"),
    switch(5, "Bedroom humidifier"),
    Datastream(
        name="Bedroom humidifier Target humidity",
        pin=6,
        type="integer",
        unit="%",
        min=30,
        max=70,
        control=True,
    ),
    number(
        7,
        "Bedroom humidifier Current humidity",
        "%",
        min=0,
        max=100,
        decimals=1,
        widget="gauge",
    ),
    choice(
        8,
        "Bedroom humidifier Current action",
        ("Humidifying", "Drying", "Idle", "Off"),
    ),
    text(9, "Wake up", control=True, widget="time"),
    switch(10, "Bedroom lamp"),
    percent(11, "Bedroom lamp Brightness", control=True),
    text(12, "Bedroom lamp Color", control=True, widget="color"),
    Datastream(
        name="Bedroom lamp Color temperature",
        pin=13,
        type="integer",
        unit="K",
        min=2202,
        max=6493,
        control=True,
    ),
    choice(
        14,
        "Bedroom lamp Effect",
        ("Steady", "Candle", "Rainbow", "Sunrise"),
        control=True,
        widget="menu",
    ),
)
"""Named and numbered as the flow does it."""

WITHOUT_VALUE = "Bedroom lamp Color temperature"
"""While the lamp shows a colour, its white has no temperature."""

WEATHER = (
    "Clear, night",
    "Cloudy",
    "Exceptional",
    "Fog",
    "Hail",
    "Lightning",
    "Lightning, rainy",
    "Partly cloudy",
    "Pouring",
    "Rainy",
    "Snowy",
    "Snowy, rainy",
    "Sunny",
    "Windy",
    "Windy, cloudy",
)

EXPOSURES = (
    # --- What Blynk operates ---------------------------------------------------
    DemoExposure(
        entity_id="light.living_room_lamp",
        trait="power",
        datastream=switch(15, "Lamp"),
    ),
    DemoExposure(
        entity_id="light.living_room_lamp",
        trait="brightness",
        datastream=percent(16, "Lamp brightness", control=True),
    ),
    DemoExposure(
        entity_id="climate.living_room_thermostat",
        trait="target_temperature",
        datastream=number(
            17, "Thermostat", "°C", min=5, max=35, decimals=1, control=True
        ),
        properties=("limits",),
    ),
    DemoExposure(
        entity_id="climate.living_room_thermostat",
        trait="mode",
        datastream=choice(18, "Thermostat mode", ("Heat", "Off"), control=True),
    ),
    DemoExposure(
        entity_id="cover.living_room_blind",
        trait="position",
        datastream=percent(19, "Blind", control=True),
    ),
    DemoExposure(
        entity_id="input_select.house_mode",
        trait="option",
        datastream=choice(
            20, "House mode", ("Home", "Away", "Night", "Guests"), control=True
        ),
        properties=("labels",),
    ),
    DemoExposure(
        entity_id="switch.coffee_machine",
        trait="power",
        datastream=switch(21, "Coffee machine"),
        unavailable="disable",
    ),
    DemoExposure(
        entity_id="counter.coffees",
        trait="count",
        datastream=Datastream(
            name="Coffees",
            pin=22,
            type="integer",
            min=0,
            max=99,
            control=True,
            widget="step",
        ),
    ),
    DemoExposure(
        entity_id="media_player.kitchen_radio",
        trait="playing",
        datastream=switch(23, "Radio"),
    ),
    DemoExposure(
        entity_id="media_player.kitchen_radio",
        trait="volume",
        datastream=percent(24, "Radio volume", control=True),
    ),
    DemoExposure(
        entity_id="media_player.kitchen_radio",
        trait="source",
        datastream=choice(
            25, "Radio station", ("Classic", "Jazz", "News"), control=True
        ),
    ),
    DemoExposure(
        entity_id="alarm_control_panel.house_alarm",
        trait="mode",
        datastream=choice(
            26, "House alarm", ("Disarmed", "Home", "Away", "Night"), control=True
        ),
        opted_in=True,
        code=ALARM_CODE,
    ),
    DemoExposure(
        entity_id="vacuum.robbie",
        trait="command",
        datastream=choice(
            27, "Robbie", ("Start", "Pause", "Stop", "Dock"), control=True
        ),
    ),
    DemoExposure(
        entity_id="timer.tea",
        trait="command",
        datastream=choice(28, "Tea", ("Start", "Pause", "Cancel"), control=True),
    ),
    DemoExposure(
        entity_id="group.lights",
        trait="power",
        datastream=switch(29, "All lights"),
    ),
    DemoExposure(
        entity_id="automation.coffees_are_counted",
        trait="enabled",
        datastream=switch(30, "Count coffees"),
    ),
    DemoExposure(
        entity_id="select.washing_programme",
        trait="option",
        datastream=choice(
            31,
            "Washing programme",
            ("Cotton", "Delicate", "Quick", "Wool"),
            control=True,
            widget="menu",
        ),
    ),
    DemoExposure(
        entity_id="input_number.doorbell_volume",
        trait="value",
        datastream=percent(32, "Doorbell volume", step=5, control=True),
    ),
    DemoExposure(
        entity_id="input_button.doorbell",
        trait="press",
        datastream=button(33, "Doorbell"),
        reports=False,
    ),
    DemoExposure(
        entity_id="scene.cosy_evening",
        trait="activate",
        datastream=button(34, "Cosy evening"),
        reports=False,
    ),
    DemoExposure(
        entity_id="input_text.hall_display",
        trait="value",
        datastream=text(35, "Hall display", control=True),
    ),
    # --- What Blynk only shows -------------------------------------------------
    DemoExposure(
        entity_id="sensor.living_room_temperature",
        trait="value",
        datastream=number(36, "Temperature", "°C", min=-20, max=50, decimals=1),
    ),
    DemoExposure(
        entity_id="sensor.living_room_humidity",
        trait="value",
        datastream=number(
            37, "Humidity", "%", min=0, max=100, decimals=1, widget="gauge"
        ),
    ),
    DemoExposure(
        entity_id="sensor.living_room_co2",
        trait="value",
        datastream=Datastream(
            name="CO2", pin=38, type="integer", unit="ppm", min=0, max=5000
        ),
    ),
    DemoExposure(
        entity_id="sensor.house_power",
        trait="value",
        datastream=Datastream(
            name="Power", pin=39, type="integer", unit="W", min=0, max=10000
        ),
    ),
    DemoExposure(
        entity_id="weather.garden_weather",
        trait="condition",
        datastream=choice(40, "Weather", WEATHER),
    ),
    DemoExposure(
        entity_id="person.anna",
        trait="location",
        datastream=Datastream(name="Anna", pin=41, type="location"),
        opted_in=True,
    ),
    DemoExposure(
        entity_id="binary_sensor.hall_motion",
        trait="state",
        datastream=on_off(42, "Motion"),
    ),
    DemoExposure(
        entity_id="lock.front_door",
        trait="locked",
        datastream=on_off(43, "Front door locked"),
    ),
    DemoExposure(
        entity_id="vacuum.robbie",
        trait="state",
        datastream=choice(
            44,
            "Robbie is",
            ("Cleaning", "Docked", "Idle", "Paused", "Returning to dock", "Error"),
        ),
    ),
    DemoExposure(
        entity_id="sensor.robbie_battery",
        trait="value",
        datastream=percent(45, "Robbie's battery", widget="gauge"),
    ),
    DemoExposure(
        entity_id="update.robbie_firmware",
        trait="available",
        datastream=on_off(46, "Robbie's update"),
    ),
    DemoExposure(
        entity_id="schedule.heating",
        trait="active",
        datastream=on_off(47, "Heating time"),
    ),
    DemoExposure(
        entity_id="sun.sun",
        trait="above_horizon",
        datastream=on_off(48, "Daylight"),
    ),
)
"""Exposed one by one."""

CONTROL = on_off(49, "Quiet hours", default=0, control=True)
"""Blynk's own: Home Assistant has a switch for it."""

TEMPLATE = (
    *BEDROOM_DATASTREAMS,
    *(exposure.datastream for exposure in EXPOSURES),
    CONTROL,
)
EVENTS = {"door": "The front door has been opened"}
