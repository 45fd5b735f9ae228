"""Benchmarks that measure nothing."""

from benchmarks.results import Chart, Goal, Line, Result, Spread, Table

MET = Goal("p50, times mqtt_statestream's", Spread(0.8123, 0.75, 0.9), 1)
MISSED = Goal(
    "the stop",
    Spread(2.0004, 1.9, 31.25),
    2,
    unit="s",
    reason="Home Assistant itself waits | for the network.",
)
CHART = Chart(
    "sample",
    "From a change to the subscriber",
    "milliseconds",
    "% of the changes",
    [Line("Blynk Bridge", [1, 2, 4], [10, 50, 100]), Line("peer", [2, 9], [1, 99])],
)
SAMPLE = Result(
    "B1",
    "Latency",
    "300 changes,\none every 300 ms.",
    [MET, MISSED],
    tables=[Table(["", "p50", "p99"], [["Blynk | Bridge", "1.2 ms", "3.4 ms"]])],
    charts=[CHART],
    notes=["The floor is a bare client."],
)
