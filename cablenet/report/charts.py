"""Charts as inline SVG: who repairs what when, curves over time, counts; and pictures."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence

import numpy as np

from cablenet.report.content import GANTT_COLUMNS, Bars, Curve, Gantt, Picture

WIDTH, LANE, LEFT, RIGHT, TOP = 960.0, 30.0, 170.0, 20.0, 12.0
KIND_WORDS = {
    "sail": "sailing", "wait_permit": "waiting for a permit", "wait_ship": "waiting for a ship",
    "work": "at work", "test": "testing", "other": "other",
}


def gantt_html(gantt: Gantt) -> str:
    """Lanes of bars over days, with a legend of the kinds that occur."""
    bars = gantt.bars[list(GANTT_COLUMNS)]
    lanes = list(dict.fromkeys(map(str, bars["lane"])))
    end = float(bars["to_day"].max()) if len(bars) else 1.0
    ticks = nice_ticks(0.0, end)
    last = max(end, ticks[-1])
    scale = (WIDTH - LEFT - RIGHT) / last
    bottom = TOP + LANE * len(lanes)
    parts = [f'<line class="grid" x1="{LEFT + t * scale:.1f}" x2="{LEFT + t * scale:.1f}" '
             f'y1="{TOP}" y2="{bottom}"/><text class="tick" x="{LEFT + t * scale:.1f}" '
             f'y="{bottom + 16}" text-anchor="middle">{t:g}</text>' for t in ticks]
    for i, lane in enumerate(lanes):
        y = TOP + LANE * i
        parts.append(f'<text class="lane" x="{LEFT - 8}" y="{y + LANE * 0.65:.1f}" '
                     f'text-anchor="end">{html.escape(_clip(lane, 24))}</text>')
    for lane, label, start, stop, kind in bars.itertuples(index=False):
        x, wide = LEFT + float(start) * scale, max((float(stop) - float(start)) * scale, 1.0)
        y = TOP + LANE * lanes.index(str(lane)) + 5
        name = str(kind) if kind in KIND_WORDS else "other"
        tip = f"{lane}: {label}, {KIND_WORDS[name]}, day {float(start):.1f} to {float(stop):.1f}"
        parts.append(f'<rect class="k-{name}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
                     f'height="{LANE - 10}" rx="2"><title>{html.escape(tip)}</title></rect>')
        if name == "work" and wide > 34:
            parts.append(f'<text class="in" x="{x + wide / 2:.1f}" y="{y + 14:.1f}" text-anchor='
                         f'"middle">{html.escape(_clip(str(label), int(wide / 6.4)))}</text>')
    parts.append(f'<text class="tick" x="{WIDTH - RIGHT}" y="{bottom + 34}" text-anchor="end">'
                 "days after the event</text>")
    kinds = [kind for kind in KIND_WORDS if (bars["kind"] == kind).any()]
    legend = "".join(f'<li><i class="k-{kind}"></i>{KIND_WORDS[kind]}</li>' for kind in kinds)
    return _figure(gantt.key, gantt.title, gantt.caption, "".join(parts), bottom + 42,
                   f'<ul class="legend">{legend}</ul>')


def curve_html(curve: Curve) -> str:
    """Lines over a common axis, named at the right, with the zero of the vertical axis on show."""
    height, bottom = 300.0, 250.0
    x = curve.lines.index.to_numpy(float)
    values = curve.lines.to_numpy(float)
    top_value = float(np.nanmax(values)) if values.size and np.isfinite(values).any() else 1.0
    x_ticks = nice_ticks(0.0, float(x.max()) if len(x) else 1.0)
    y_ticks = nice_ticks(0.0, max(top_value, 1e-9))
    x_scale = (WIDTH - 90 - RIGHT) / max(x_ticks[-1], float(x.max()) if len(x) else 1.0)
    y_scale = (bottom - TOP) / y_ticks[-1]
    parts = [f'<line class="grid" x1="90" x2="{WIDTH - RIGHT}" y1="{bottom - t * y_scale:.1f}" '
             f'y2="{bottom - t * y_scale:.1f}"/><text class="tick" x="82" '
             f'y="{bottom - t * y_scale + 4:.1f}" text-anchor="end">{_tick(t)}</text>'
             for t in y_ticks]
    parts += [f'<text class="tick" x="{90 + t * x_scale:.1f}" y="{bottom + 18}" '
              f'text-anchor="middle">{t:g}</text>' for t in x_ticks]
    for i, name in enumerate(curve.lines.columns):
        points = _points(x, values[:, i], curve.stepped)
        path = " ".join(f"{90 + px * x_scale:.1f},{bottom - py * y_scale:.1f}"
                        for px, py in points)
        parts.append(f'<polyline class="line s{i % 4}" points="{path}"><title>'
                     f"{html.escape(str(name))}</title></polyline>")
    parts.append(f'<text class="tick" x="{WIDTH - RIGHT}" y="{bottom + 38}" text-anchor="end">'
                 f"{html.escape(curve.x_label)}</text>")
    names = "".join(f'<li><i class="s{i % 4}"></i>{html.escape(str(name))}</li>'
                    for i, name in enumerate(curve.lines.columns))
    legend = f'<ul class="legend"><li class="axis">{html.escape(curve.y_label)}</li>{names}</ul>'
    return _figure(curve.key, curve.title, curve.caption, "".join(parts), height, legend)


BAR_KINDS = ("work", "wait_permit", "test", "sail")
"""The colours of bars side by side, in the order of the columns."""


def bars_html(bars: Bars) -> str:
    """Groups of upright bars, each with its count above it."""
    height, bottom, left = 320.0, 250.0, 70.0
    names = [str(name) for name in bars.counts.columns]
    values = np.nan_to_num(bars.counts.to_numpy(float))
    ticks = nice_ticks(0.0, max(float(values.max(initial=0.0)) * 1.06, 1.0), most=7)
    scale = (bottom - TOP) / ticks[-1]
    group = (WIDTH - left - RIGHT) / max(len(values), 1)
    wide = min(0.76 * group / max(len(names), 1), 70.0)
    parts = [f'<line class="grid" x1="{left:g}" x2="{WIDTH - RIGHT}" y1="{bottom - t * scale:.1f}" '
             f'y2="{bottom - t * scale:.1f}"/><text class="tick" x="{left - 8:g}" '
             f'y="{bottom - t * scale + 4:.1f}" text-anchor="end">{_tick(t)}</text>'
             for t in ticks]
    for i, label in enumerate(map(str, bars.counts.index)):
        middle = left + group * (i + 0.5)
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{bottom + 18}" '
                     f'text-anchor="middle">{html.escape(label)}</text>')
        for j, name in enumerate(names):
            tall = values[i, j] * scale
            x, y = middle + wide * (j - len(names) / 2), bottom - tall
            tip = html.escape(f"{label}, {name}: {_tick(values[i, j])}")
            parts.append(f'<rect class="k-{BAR_KINDS[j % 4]}" x="{x + 1:.1f}" y="{y:.1f}" '
                         f'width="{wide - 2:.1f}" height="{tall:.1f}"><title>{tip}</title></rect>'
                         f'<text class="tick" x="{x + wide / 2:.1f}" y="{y - 4:.1f}" '
                         f'text-anchor="middle">{_tick(values[i, j])}</text>')
    parts.append(f'<text class="tick" x="{WIDTH - RIGHT}" y="{bottom + 40}" text-anchor="end">'
                 f"{html.escape(bars.x_label)}</text>")
    told = "".join(f'<li><i class="k-{BAR_KINDS[j % 4]}"></i>{html.escape(name)}</li>'
                   for j, name in enumerate(names))
    legend = f'<ul class="legend"><li class="axis">{html.escape(bars.y_label)}</li>{told}</ul>'
    return _figure(bars.key, bars.title, bars.caption, "".join(parts), height - 20, legend)


def picture_html(picture: Picture) -> str:
    """The picture itself inside the page, with its words for those who do not see it."""
    told = f"<p>{html.escape(picture.caption)}</p>" if picture.caption else ""
    data = base64.b64encode(picture.png).decode("ascii")
    return (f'<figure class="block chart" id="{html.escape(picture.key)}">'
            f"<h3>{html.escape(picture.title)}</h3>{told}"
            f'<img class="picture" src="data:image/png;base64,{data}" '
            f'alt="{html.escape(picture.alt)}"></figure>')


def nice_ticks(low: float, high: float, most: int = 9) -> list[float]:
    """Round numbers from `low` to just past `high`, at most `most` of them."""
    span = max(high - low, 1e-9)
    raw = span / (most - 2)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * f for f in (1.0, 2.0, 2.5, 5.0, 10.0) if power * f >= raw * 0.999)
    count = math.ceil((high - low) / step - 1e-9)
    return [round(low + i * step, 10) for i in range(count + 1)]


def _points(x: np.ndarray, y: np.ndarray, stepped: bool) -> Sequence[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for px, py in zip(x, y, strict=True):
        if not math.isfinite(py):
            continue
        if stepped and points:
            points.append((float(px), points[-1][1]))
        points.append((float(px), float(py)))
    return points


def _figure(key: str, title: str, caption: str, body: str, height: float, legend: str) -> str:
    name = html.escape(title)
    told = f"<p>{html.escape(caption)}</p>" if caption else ""
    return (f'<figure class="block chart" id="{html.escape(key)}"><h3>{name}</h3>{told}{legend}'
            f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">'
            f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{name}">{body}</svg>'
            "</div></figure>")


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else text[:max(most - 1, 1)] + "…"


def _tick(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value:,.10g}"
