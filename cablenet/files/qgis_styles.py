"""Styles that QGIS reads from a GeoPackage's `layer_styles` table, written as QML.

Format: "QML - The QGIS Style File Format" in the appendices of the QGIS user manual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as Xml

GEOMETRY_TYPE = {"marker": "0", "line": "1", "fill": "2"}
"""QGIS drops a style whose number is not that of its layer."""
LAYER_CLASS = {"line": "SimpleLine", "marker": "SimpleMarker", "fill": "SimpleFill"}


@dataclass(frozen=True)
class Symbol:
    """One drawn mark: `kind` is line, marker or fill; sizes are millimetres."""

    kind: str
    colour: str
    width: float = 0.3
    dash: str = "solid"
    outline: str = "#ffffff"
    opacity: float = 1.0


@dataclass(frozen=True)
class Style:
    """How a layer is drawn: one symbol, one per value of `column`, or one per range of it.

    `classes` are (value or (low, high), words, symbol).
    """

    column: str = ""
    classes: Sequence[tuple[str | tuple[float, float], str, Symbol]] = ()
    single: Symbol | None = None
    label: str = field(default="")


def qml(style: Style) -> str:
    """The style as a QML document."""
    root = Xml.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling",
                       labelsEnabled="1" if style.label else "0")
    kind = "singleSymbol"
    if not style.single:
        ranged = isinstance(style.classes[0][0], tuple)
        kind = "graduatedSymbol" if ranged else "categorizedSymbol"
    renderer = Xml.SubElement(root, "renderer-v2", type=kind, enableorderby="0", forceraster="0")
    symbols = Xml.Element("symbols")
    if style.single:
        symbols.append(_symbol("0", style.single))
    else:
        renderer.set("attr", style.column)
        tag = "ranges" if kind == "graduatedSymbol" else "categories"
        listed = Xml.SubElement(renderer, tag)
        for number, (value, words, symbol) in enumerate(style.classes):
            named = {"symbol": str(number), "label": words, "render": "true"}
            if isinstance(value, tuple):
                Xml.SubElement(listed, "range", {"lower": f"{value[0]:.6f}",
                                                 "upper": f"{value[1]:.6f}", **named})
            else:
                Xml.SubElement(listed, "category", {"value": value, "type": "string", **named})
            symbols.append(_symbol(str(number), symbol))
    renderer.append(symbols)
    if style.label:
        root.append(_labels(style.label))
    first = style.single or style.classes[0][2]
    Xml.SubElement(root, "layerGeometryType").text = GEOMETRY_TYPE[first.kind]
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + Xml.tostring(root, encoding="unicode")


def _symbol(name: str, symbol: Symbol) -> Xml.Element:
    element = Xml.Element("symbol", name=name, type=symbol.kind, clip_to_extent="1",
                          force_rhr="0", alpha=f"{symbol.opacity:g}")
    layer = Xml.SubElement(element, "layer", {
        "class": LAYER_CLASS[symbol.kind], "enabled": "1", "locked": "0", "pass": "0"})
    _options(layer, _properties(symbol))
    return element


def _properties(symbol: Symbol) -> Mapping[str, str]:
    if symbol.kind == "line":
        return {"line_color": _rgba(symbol.colour), "line_width": f"{symbol.width:g}",
                "line_width_unit": "MM", "line_style": symbol.dash, "capstyle": "round",
                "joinstyle": "round"}
    if symbol.kind == "marker":
        return {"color": _rgba(symbol.colour), "name": "circle", "size": f"{symbol.width:g}",
                "size_unit": "MM", "outline_color": _rgba(symbol.outline),
                "outline_style": "solid", "outline_width": "0.2", "outline_width_unit": "MM"}
    return {"color": _rgba(symbol.colour), "style": "solid",
            "outline_color": _rgba(symbol.outline), "outline_style": symbol.dash,
            "outline_width": f"{symbol.width:g}", "outline_width_unit": "MM"}


def _options(parent: Xml.Element, values: Mapping[str, str]) -> None:
    """Properties in both spellings: `Option` for QGIS 3.22 and later, `prop` for older ones."""
    options = Xml.SubElement(parent, "Option", type="Map")
    for key, value in values.items():
        Xml.SubElement(options, "Option", name=key, type="QString", value=value)
    for key, value in values.items():
        Xml.SubElement(parent, "prop", k=key, v=value)


def _labels(column: str) -> Xml.Element:
    labeling = Xml.Element("labeling", type="simple")
    settings = Xml.SubElement(labeling, "settings", calloutType="simple")
    text = Xml.SubElement(settings, "text-style", fieldName=column, isExpression="0",
                          fontSize="8", fontSizeUnit="Point", textColor=_rgba("#22313a"),
                          fontFamily="Open Sans", namedStyle="Regular", textOpacity="1")
    Xml.SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.7", bufferSizeUnits="MM",
                   bufferColor=_rgba("#ffffff"), bufferOpacity="0.85")
    Xml.SubElement(settings, "placement", placement="6", dist="1", distUnits="MM")
    Xml.SubElement(settings, "rendering", drawLabels="1", scaleVisibility="1", scaleMin="20000000",
                   scaleMax="0", obstacle="1")
    return labeling


def _rgba(colour: str) -> str:
    digits = colour.lstrip("#").ljust(8, "f")
    return ",".join(str(int(digits[i:i + 2], 16)) for i in (0, 2, 4, 6))
