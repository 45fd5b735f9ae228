"""Wait for confirmation [21]: what a widget has written is taken back unless the device answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from simulator import Behaviour, Cloud, Datastream, DataType, Region
from simulator.device import Device
from simulator.snapshot import datastream_json


@dataclass
class Timers:
    """What is due later, in the test's hands."""

    waiting: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Note a call; return how to cancel it."""
        self.waiting.append(item := (seconds, call))
        return lambda: self.waiting.remove(item)

    def pass_by(self) -> None:
        """Let all of it be due."""
        waiting, self.waiting = self.waiting, []
        for _, call in waiting:
            call()


@pytest.fixture
def timers() -> Timers:
    """Return timers that stand still."""
    return Timers()


@pytest.fixture
def cloud(timers: Timers) -> Cloud:
    """Return a cloud without servers, whose lamp waits five seconds for its device."""
    lamp = Datastream(name="Lamp", pin=1, type=DataType.INTEGER, confirm_timeout=5)
    return Cloud(
        template_id="TMPLabcd1234",
        template_name="Home",
        datastreams=[lamp, Datastream(name="Plain", pin=2)],
        regions={"fra1": Region("fra1", mqtt_port=1)},
        behaviour=Behaviour(),
        later=timers.later,
    )


@pytest.fixture
def device(cloud: Cloud) -> Device:
    """Return a device whose lamp is off."""
    device = cloud.add_device("token")
    cloud.uplink(device, "ds/Lamp", b"0", 10)
    return device


def test_an_unanswered_write_is_taken_back(
    cloud: Cloud, device: Device, timers: Timers
) -> None:
    cloud.press(device, "Lamp", 1)
    lamp = device.datastreams["Lamp"]
    assert (lamp.value, cloud.confirmations.awaits(lamp)) == (1, True)
    assert [seconds for seconds, _ in timers.waiting] == [5]
    timers.pass_by()
    assert (lamp.value, lamp.reverts) == (0, 1)
    assert datastream_json(lamp)["reverts"] == 1


@pytest.mark.parametrize("answer", [b"1", b"0"], ids=["the same", "another"])
def test_an_answer_stands(
    cloud: Cloud, device: Device, timers: Timers, answer: bytes
) -> None:
    """Whatever the device writes, it is what holds."""
    cloud.press(device, "Lamp", 1)
    cloud.uplink(device, "ds/Lamp", answer, 10)
    assert timers.waiting == []
    assert device.datastreams["Lamp"].value == int(answer)


def test_a_batch_and_an_erasure_are_answers_too(
    cloud: Cloud, device: Device, timers: Timers
) -> None:
    cloud.press(device, "Lamp", 1)
    cloud.uplink(device, "batch_ds", b'{"Lamp": 1}', 10)
    cloud.press(device, "Lamp", 0)
    cloud.uplink(device, "ds/Lamp/erase", b"", 10)
    assert timers.waiting == []


def test_a_value_of_another_type_is_no_answer(
    cloud: Cloud, device: Device, timers: Timers
) -> None:
    cloud.press(device, "Lamp", 1)
    cloud.uplink(device, "ds/Lamp", b"on", 10)
    timers.pass_by()
    assert device.datastreams["Lamp"].value == 0


def test_several_writes_go_back_to_before_the_first(
    cloud: Cloud, device: Device, timers: Timers
) -> None:
    """Each begins the time anew."""
    for value in (1, 2, 3):
        cloud.press(device, "Lamp", value)
    assert len(timers.waiting) == 1
    timers.pass_by()
    lamp = device.datastreams["Lamp"]
    assert (lamp.value, lamp.reverts) == (0, 1)


def test_a_datastream_without_a_timeout_waits_for_nobody(
    cloud: Cloud, device: Device, timers: Timers
) -> None:
    cloud.press(device, "Plain", 1)
    assert timers.waiting == []


def test_it_can_be_switched_off(cloud: Cloud, device: Device, timers: Timers) -> None:
    cloud.behaviour.revert_unconfirmed = False
    cloud.press(device, "Lamp", 1)
    assert timers.waiting == []
