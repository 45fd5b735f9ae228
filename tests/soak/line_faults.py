"""What befalls the line to the cloud, and the home at its end."""

from typing import Final

from ..faults import mishaps
from ..faults.proxy import Fault as Mishap, Plan, Way
from .weather import HOUR, MINUTE, Fault, Weather

# --- Faults of the line ---------------------------------------------------------


async def drop(weather: Weather) -> None:
    """Lose the connection."""
    await weather.cut()


async def flap(weather: Weather) -> None:
    """Lose it several times within minutes."""
    for _ in range(weather.dice.randint(3, 8)):
        await weather.cut()
        await weather.pass_by(1, MINUTE)


async def short_outage(weather: Weather) -> None:
    """Have no internet for seconds."""
    await weather.simulator.stop_listening()
    await weather.pass_by(1, MINUTE)


async def long_outage(weather: Weather) -> None:
    """Have no internet for minutes to hours."""
    await weather.simulator.stop_listening()
    await weather.pass_by(MINUTE, 8 * HOUR)


async def mute(weather: Weather) -> None:
    """Meet a server that accepts connections and says nothing."""
    await weather.cut()
    await weather.behave(MINUTE, 10 * MINUTE, mute=True)
    # What it has accepted it would hold for ever.
    await weather.simulator.stop_listening()


async def half_open(weather: Weather) -> None:
    """Lose the connection without hearing of it."""
    for connection in weather.line.connections:
        if connection.open:
            connection.vanish()
    await weather.pass_by(MINUTE, 5 * MINUTE)


async def swallowed(weather: Weather) -> None:
    """Have all that is said lost on the way."""
    for way in weather.dice.choice(([Way.UP], [Way.DOWN], [*Way])):
        weather.line.traffic[way].swallow = True
    await weather.pass_by(5, 10 * MINUTE)


async def slow_line(weather: Weather) -> None:
    """Have a line with a long way and a narrow pipe."""
    for traffic in weather.line.traffic.values():
        traffic.delay = weather.dice.uniform(0.05, 2)
        traffic.rate = weather.dice.uniform(300, 20_000)
    await weather.pass_by(MINUTE, HOUR)


async def cut_inside(weather: Weather) -> None:
    """Lose the connection in the middle of a packet."""
    await _strike(
        weather,
        weather.dice.choice([*Way]),
        weather.dice.choice((mishaps.finish, mishaps.reset, mishaps.vanish)),
    )


async def corrupted(weather: Weather) -> None:
    """Have bytes changed on the way down, as no checksum lets through."""
    await _strike(
        weather,
        Way.DOWN,
        weather.dice.choice((mishaps.flip, mishaps.garbage, mishaps.truncate)),
    )


async def _strike(weather: Weather, way: Way, mishap: Mishap) -> None:
    """Let something happen at a byte that comes soon."""
    for connection in weather.line.connections:
        if connection.open:
            at = connection.gone[way] + weather.dice.randint(1, 300)
            weather.line.plan = Plan(way, at, mishap)
    await weather.pass_by(MINUTE, 10 * MINUTE)


# --- Faults of the home ---------------------------------------------------------


async def wrong_clock(weather: Weather) -> None:
    """Have the time of day wrong, until it is set right.

    Set back in an outage, it hides where that began: what is missing is not told then.
    """
    if not weather.simulator.device.online:
        return
    weather.skipped.shifted = weather.dice.uniform(-1, 1) * weather.dice.choice(
        (2, MINUTE, 2 * HOUR)
    )
    await weather.pass_by(5, HOUR)


async def slow_recorder(weather: Weather) -> None:
    """Have an outage, and then a recorder that is late with what happened."""
    await weather.simulator.stop_listening()
    await weather.pass_by(MINUTE, 10 * MINUTE)
    await weather.simulator.start_listening()
    weather.recorder.delay = weather.dice.choice((5.0, 50.0, 90.0))
    await weather.pass_by(MINUTE, HOUR)


LINE_FAULTS: Final[dict[str, tuple[Fault, int]]] = {
    "connection lost": (drop, 4),
    "line flaps": (flap, 2),
    "outage of seconds": (short_outage, 3),
    "outage of minutes to hours": (long_outage, 2),
    "mute server": (mute, 2),
    "half-open connection": (half_open, 2),
    "all is lost on the way": (swallowed, 2),
    "slow line": (slow_line, 2),
    "cut inside a packet": (cut_inside, 2),
    "corrupted bytes": (corrupted, 1),
    "wrong time of day": (wrong_clock, 2),
    "slow recorder": (slow_recorder, 1),
}
"""What the line and the home do, by its name, and how often."""
