"""A Blynk.Cloud for your desk: tests and demo run against it."""

from .behaviour import (
    AfterRedirect,
    BadSubscription,
    Behaviour,
    BooleanText,
    HttpWrongRegion,
    OverQuota,
    OverRate,
    Oversize,
    Protocols,
    RefuseCode,
    SecondClient,
    Unavailable,
    UnsetAnswer,
    WrongRegion,
)
from .cloud import Cloud
from .datastreams import Datastream, DataType
from .device import DatastreamState, Device
from .journal import Journal, JournalEntry, Kind
from .regions import Region, Transport
from .simulator import Simulator, SimulatorOptions

__all__ = [
    "AfterRedirect",
    "BadSubscription",
    "Behaviour",
    "BooleanText",
    "Cloud",
    "DataType",
    "Datastream",
    "DatastreamState",
    "Device",
    "HttpWrongRegion",
    "Journal",
    "JournalEntry",
    "Kind",
    "OverQuota",
    "OverRate",
    "Oversize",
    "Protocols",
    "RefuseCode",
    "Region",
    "SecondClient",
    "Simulator",
    "SimulatorOptions",
    "Transport",
    "Unavailable",
    "UnsetAnswer",
    "WrongRegion",
]
