"""Draws the curves of a benchmark as a picture for GitHub's pages."""

from collections.abc import Sequence
from io import BytesIO
from itertools import cycle
from typing import Final

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from PIL import Image

from .results import Chart

# Okabe and Ito's colours, which nobody mixes up; and for print, the dashes.
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_STYLES: Final = ("-", "--", "-.", ":")
_INK: Final = "#24292f"
_PALE: Final = "#d0d7de"
_LIMIT: Final = "#a40e26"
_INCHES: Final = (8.0, 4.5)
_DPI: Final = 200
"""1,600 pixels, which GitHub shows at half of that."""
_SHADES: Final = 64
"""Enough for lines and letters, in a third of the bytes."""
_FEW_DECADES: Final = 1000
_PLAIN: Final = "{x:,.10g}"
"""Without powers of ten."""


def draw(chart: Chart) -> bytes:
    """Return the chart as PNG, the same for the same chart."""
    figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    _lines(axes, chart)
    _scales(axes, chart)
    _words(axes, chart)
    drawn, picture = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png")
    with Image.open(drawn) as image:
        image.convert("RGB").quantize(_SHADES).save(picture, "PNG", optimize=True)
    return picture.getvalue()


def _lines(axes: Axes, chart: Chart) -> None:
    """Draw the curves, and the level that none should pass."""
    looks = zip(cycle(_COLOURS), cycle(_STYLES), strict=False)
    for line, (colour, style) in zip(chart.lines, looks, strict=False):
        axes.plot(
            line.x,
            line.y,
            label=line.label,
            color=colour,
            linestyle=style,
            linewidth=2,
            marker="o" if line.dots else "",
            markersize=5,
        )
    if chart.limit is not None:
        axes.axhline(
            chart.limit,
            label=chart.limit_label or None,
            color=_LIMIT,
            linestyle=(0, (1, 1)),
            linewidth=1.5,
        )


def _scales(axes: Axes, chart: Chart) -> None:
    """Choose what the axes span, and how they count."""
    values = [y for line in chart.lines for y in line.y]
    # A curve that begins at its own least value looks steeper than it is.
    if not chart.y_log and min(values, default=0) >= 0:
        axes.set_ylim(bottom=0)
    if chart.x_log:
        axes.set_xscale("log")
        _count(axes.xaxis, [x for line in chart.lines for x in line.x])
    if chart.y_log:
        axes.set_yscale("log")
        _count(axes.yaxis, values)
    axes.xaxis.set_major_formatter(StrMethodFormatter(_PLAIN))
    axes.yaxis.set_major_formatter(StrMethodFormatter(_PLAIN))


def _count(axis: Axis, values: Sequence[float]) -> None:
    """Choose the marks of a logarithmic axis: few decades need some in between."""
    seen = [value for value in values if value > 0]
    if seen and max(seen) < _FEW_DECADES * min(seen):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_formatter(NullFormatter())


def _words(axes: Axes, chart: Chart) -> None:
    """Say what is to be seen."""
    axes.set_title(chart.title, fontsize=12, color=_INK, loc="left", pad=10)
    axes.set_xlabel(chart.x_label, fontsize=10.5, color=_INK)
    axes.set_ylabel(chart.y_label, fontsize=10.5, color=_INK)
    axes.tick_params(labelsize=10, colors=_INK, which="both")
    axes.grid(color=_PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(_PALE)
    if len(chart.lines) > 1 or chart.limit_label:
        axes.legend(fontsize=10, labelcolor=_INK, frameon=True, edgecolor=_PALE)
