"""What an outage leaves owed is worked out right."""

from benchmarks.backfill_points import Point, differences, least_messages, owed
from custom_components.blynk_bridge.device.messages import timestamped_batches
from simulator.history import History

STATES = [Point(20_000 * number, float(number)) for number in range(1, 13)]
"""A change every 20 seconds."""


def history(*imported: Point) -> History:
    """Return a history that has the first three states live, and more later."""
    found = History()
    for state in STATES[:3]:
        found.write(state.milliseconds / 1000 + 0.1, state.value)
    found.write(300.0, 12.0)
    for point in imported:
        found.put(point.milliseconds, point.value)
    return found


def test_a_gap_owes_the_last_state_of_each_minute() -> None:
    """The last minute is as long as the gap is."""
    points = owed(STATES, history(), went=70.0, came=210.0, interval=60)
    assert points == [Point(100_000, 5.0), Point(160_000, 8.0), Point(200_000, 10.0)]


def test_differences_are_counted() -> None:
    points = [Point(100_000, 5.0), Point(160_000, 8.0)]
    assert differences(points, history(*points)) == (0, 0)
    assert differences(points, history(points[0])) == (1, 0)
    assert differences(points, history(*points, points[0])) == (0, 1)
    assert differences(points, history(*points, Point(120_000, 5.0))) == (0, 1)
    assert differences(points, history(*points, Point(40_000, 2.0))) == (0, 1)


def test_the_least_number_of_messages() -> None:
    """As many as it takes: one more point than fits makes one more of them."""
    assert least_messages("Hall Power", []) == 0
    points = [Point(1_798_761_600_000 + 60_000 * n, 20.5) for n in range(200)]
    packed = [n for n, _ in timestamped_batches("Hall Power", points)]
    assert least_messages("Hall Power", points) == len(packed)
    assert least_messages("Hall Power", points[: packed[0]]) == 1
    assert least_messages("Hall Power", points[: packed[0] + 1]) == 2
