"""Charts become pictures."""

from dataclasses import replace
from io import BytesIO

from matplotlib.figure import Figure
from PIL import Image
import pytest

from benchmarks.plots import _scales, draw
from benchmarks.results import Chart

from .samples import CHART


@pytest.mark.parametrize(
    "chart",
    [
        CHART,
        replace(CHART, lines=CHART.lines[:1]),
        replace(CHART, lines=[replace(line, dots=True) for line in CHART.lines]),
        replace(CHART, x_log=True),
        replace(CHART, x_log=True, y_log=True),
        replace(CHART, limit=80, limit_label="the free plan"),
        replace(CHART, lines=[replace(CHART.lines[0], y=[-1, 0, 100])]),
        replace(CHART, lines=[replace(CHART.lines[0], x=[1, 10, 1e6])], x_log=True),
        replace(CHART, lines=[replace(CHART.lines[0], x=[0, 1, 9])], x_log=True),
    ],
    ids=["two", "one", "dots", "log", "log-log", "limit", "negative", "wide", "zero"],
)
@pytest.mark.filterwarnings("error")
def test_a_chart_is_drawn(chart: Chart) -> None:
    """On white, wide enough for GitHub, and in few bytes."""
    picture = draw(chart)
    with Image.open(BytesIO(picture)) as image:
        assert image.size == (1600, 900)
        assert image.format == "PNG"
        assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
        colours = image.convert("RGB").getcolors(256)
        assert colours is not None
        assert len(colours) > 4
    assert len(picture) < 100_000


def test_a_logarithmic_axis_counts_in_plain_numbers() -> None:
    """And only at its main marks: within a decade there would be powers of ten, too."""
    figure = Figure()
    axes = figure.subplots()
    line = replace(CHART.lines[0], x=[50, 100, 800], y=[15.0, 30.0, 260.0])
    _scales(axes, replace(CHART, lines=[line], x_log=True, y_log=True))
    axes.plot(line.x, line.y)
    figure.draw_without_rendering()
    for axis in (axes.xaxis, axes.yaxis):
        assert any(label.get_text() for label in axis.get_majorticklabels())
        assert not any(label.get_text() for label in axis.get_minorticklabels())


def test_the_same_chart_is_the_same_picture() -> None:
    """A page that is made again changes only where the figures do."""
    assert draw(CHART) == draw(CHART)
    assert b"tEXt" not in draw(CHART)
