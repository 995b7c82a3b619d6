"""The tables of a map: every column declared once, with its type, unit and meaning.

This one declaration is the check, the documentation and the file format. A number column marked
`measured` must be covered by the provenance table: sourced, estimated or assumed, with a range.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "number", "integer", "flag", "date"]
Geometry = Literal["Point", "LineString", "Polygon"]

BASES = ("sourced", "estimated", "assumed")


@dataclass(frozen=True)
class Column:
    """One column: `choices` closes a text column, `refers` names the table values point into."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    low: float | None = None
    high: float | None = None
    measured: bool = False


@dataclass(frozen=True)
class Table:
    """One layer or table: its key columns, its geometry if it has one, and its columns in order."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    geometry: Geometry | None = None
    required: bool = False
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({column.name: column for column in self.columns})


def text(name: str, meaning: str, **more: object) -> Column:
    return Column(name, "text", meaning, **more)  # type: ignore[arg-type]  # options of Column


def number(name: str, unit: str, meaning: str, **more: object) -> Column:
    more.setdefault("low", 0.0)
    more.setdefault("measured", True)
    return Column(name, "number", meaning, unit=unit, **more)  # type: ignore[arg-type]  # as above


def place(name: str, meaning: str, low: float, high: float) -> Column:
    return Column(name, "number", meaning, unit="degrees", low=low, high=high)


def date(name: str, meaning: str) -> Column:
    return Column(name, "date", meaning)


CODE = "ISO 3166-1 alpha-2"
FROM = date("in_service_from", "first day in service (YYYY-MM-DD); empty: unknown, long ago")
TO = date("in_service_to", "first day out of service; empty: still in service")
CAPACITY = (
    number("design_capacity_tbps", "Tbps", "what the wet plant could carry, each direction"),
    number("lit_capacity_tbps", "Tbps", "what is equipped today, each direction"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "cables",
            "Cable systems.",
            ("cable_id",),
            (
                text("cable_id", "our id, stable and never reused", required=True),
                text("name", "the system's usual name", required=True),
                text(
                    "status",
                    "live, partial (some sections in service), building, planned or retired",
                    required=True,
                    choices=("live", "partial", "building", "planned", "retired"),
                ),
                FROM,
                TO,
                number("length_km", "km", "published length of the whole system"),
                number("fibre_pairs", "pairs", "fibre pairs of the trunk"),
                *CAPACITY,
                text(
                    "topology",
                    "point_to_point, chain (each landing carries the trunk), "
                    "trunk_and_branch, ring or mesh",
                    choices=("point_to_point", "chain", "trunk_and_branch", "ring", "mesh"),
                ),
                text(
                    "power_feed",
                    "stations: a wet section cut off from every feeding landing goes dark; "
                    "none: unrepeatered or unknown, never dark for want of power",
                    choices=("stations", "none"),
                ),
                text("maintenance_agreement", "contract under which it is repaired",
                     refers="maintenance_agreements"),
                text("owners", "owners, separated by commas"),
                number("cost_musd", "million USD", "published cost of the whole system"),
                text("notes", "anything a reader must know"),
                text("source_id", "id of the system in the source it came from"),
                text("source_version", "version or date of that source"),
            ),
            required=True,
        ),
        Table(
            "stations",
            "Landing places: one row for a town, or for a landing station where known.",
            ("station_id",),
            (
                text("station_id", "our id, stable and never reused", required=True),
                text("name", "name of the place", required=True),
                text("country", CODE, required=True),
                text("level", "town or cls (one landing station)", required=True,
                     choices=("town", "cls")),
                text("landmass_id", "the landmass it stands on; empty: found from the coast"),
                number("position_sigma_km", "km", "standard error of the position"),
                text("source_id", "id of the place in the source it came from"),
                text("source_version", "version or date of that source"),
            ),
            geometry="Point",
            required=True,
        ),
        Table(
            "branching_units",
            "Branching units: where a branch leaves the trunk, on the sea bed.",
            ("bu_id",),
            (
                text("bu_id", "our id", required=True),
                text("cable_id", "its cable", required=True, refers="cables"),
                number("depth_m", "m", "water depth"),
                number("position_sigma_km", "km", "standard error of the position"),
            ),
            geometry="Point",
        ),
        Table(
            "segments",
            "Sections of one cable between two of its nodes (stations or branching units).",
            ("segment_id",),
            (
                text("segment_id", "our id: cable_id/number", required=True),
                text("cable_id", "its cable", required=True, refers="cables"),
                text("from_id", "station or branching unit at the start", required=True,
                     refers="stations|branching_units"),
                text("to_id", "station or branching unit at the end", required=True,
                     refers="stations|branching_units"),
                text("kind", "wet, or land (a declared canal or land leg of the cable)",
                     required=True, choices=("wet", "land")),
                text("role", "trunk or branch", choices=("trunk", "branch")),
                FROM,
                TO,
                number("fibre_pairs", "pairs", "fibre pairs of this section"),
                *CAPACITY,
                text(
                    "route_quality",
                    "surveyed, modelled (our own router) or stylised (drawn for a map)",
                    choices=("surveyed", "modelled", "stylised"),
                ),
                number("position_sigma_km", "km", "standard error of the route across its line"),
                text("source_id", "id of the section in the source it came from"),
            ),
            geometry="LineString",
            required=True,
        ),
        Table(
            "landings",
            "Which cable lands where.",
            ("cable_id", "station_id"),
            (
                text("cable_id", "the cable", required=True, refers="cables"),
                text("station_id", "the station", required=True, refers="stations"),
                text("role", "end, trunk (the trunk passes through) or branch",
                     choices=("end", "trunk", "branch")),
                Column("feeds", "flag", "true where this landing feeds the wet plant with power"),
                text("basis", "where the landing is known from"),
            ),
            required=True,
        ),
        Table(
            "depth_profile",
            "Water depth along each wet segment, as runs of one depth class.",
            ("segment_id", "km_from"),
            (
                text("segment_id", "the segment", required=True, refers="segments"),
                Column("km_from", "number", "start of the run from the segment's start", "km",
                       required=True, low=0.0),
                Column("km_to", "number", "end of the run", "km", required=True, low=0.0),
                number("depth_m", "m", "mean depth of the run"),
            ),
        ),
        Table(
            "jurisdictions",
            "Who has a say where: a coarse layer of our own, no legal document.",
            ("jurisdiction_id",),
            (
                text("jurisdiction_id", "our id: IN-ts, IN-eez, disputed-..., high-seas",
                     required=True),
                text("kind", "territorial_sea, eez, disputed or high_seas", required=True,
                     choices=("territorial_sea", "eez", "disputed", "high_seas")),
                text("claimants", f"{CODE} codes, separated by ';'; empty on the high seas"),
                text("name", "readable name"),
            ),
            geometry="Polygon",
        ),
        Table(
            "segment_jurisdictions",
            "Jurisdictions along each segment, as runs.",
            ("segment_id", "km_from"),
            (
                text("segment_id", "the segment", required=True, refers="segments"),
                Column("km_from", "number", "start of the run", "km", required=True, low=0.0),
                Column("km_to", "number", "end of the run", "km", required=True, low=0.0),
                text("jurisdiction_id", "the jurisdiction", required=True,
                     refers="jurisdictions"),
            ),
        ),
        Table(
            "countries",
            "Countries and territories, by code.",
            ("country",),
            (
                text("country", CODE, required=True),
                text("name", "usual short name", required=True),
                number("population", "people", "inhabitants"),
                number("internet_users", "people", "people who use the internet"),
                number("demand_tbps", "Tbps",
                       "peak international demand of the inhabitants, larger direction"),
                number("gdp_busd", "billion USD", "gross domestic product of a year, nominal"),
                text("region", "region for tables and gravity"),
            ),
            required=True,
        ),
        Table(
            "gateways",
            "Exchange places where a country's traffic enters the international network.",
            ("gateway_id",),
            (
                text("gateway_id", "our id: CC-place", required=True),
                text("name", "name of the place", required=True),
                text("country", CODE, required=True, refers="countries"),
                text("landmass_id", "the landmass it stands on; empty: found from the coast"),
                number("people_share", "fraction", "share of the country's people", high=1.0),
                number("demand_share", "fraction", "share of the country's demand", high=1.0),
                text("basis", "how the shares were found"),
            ),
            geometry="Point",
        ),
        Table(
            "hubs",
            "Exchange places that the rest of the world's traffic is taken to meet at.",
            ("gateway_id", "valid_from"),
            (
                text("gateway_id", "the gateway", required=True, refers="gateways"),
                date("valid_from", "first day; empty: long ago"),
                date("valid_to", "first day no longer; empty: still"),
                number("weight", "share", "relative pull on other countries' demand"),
                text("basis", "why it is a hub"),
            ),
        ),
        Table(
            "backhaul",
            "Terrestrial links between a station and a gateway on one landmass.",
            ("backhaul_id",),
            (
                text("backhaul_id", "our id", required=True),
                text("station_id", "the station", required=True, refers="stations"),
                text("gateway_id", "the gateway", required=True, refers="gateways"),
                number("length_km", "km", "length along the ground"),
                *CAPACITY,
            ),
        ),
        Table(
            "border_crossings",
            "Terrestrial links between gateways of two countries, and the declared hub mesh.",
            ("crossing_id",),
            (
                text("crossing_id", "our id", required=True),
                text("from_id", "gateway", required=True, refers="gateways"),
                text("to_id", "gateway", required=True, refers="gateways"),
                text("kind", "border (over land), mesh_land or mesh_sea (the declared hub mesh)",
                     required=True, choices=("border", "mesh_land", "mesh_sea")),
                FROM,
                TO,
                number("length_km", "km", "length along the ground"),
                *CAPACITY,
            ),
        ),
        Table(
            "fixed_links",
            "Tunnels, bridges and domestic backbones that join two gateways of one country.",
            ("fixed_link_id",),
            (
                text("fixed_link_id", "our id", required=True),
                text("name", "usual name", required=True),
                text("from_id", "gateway", required=True, refers="gateways"),
                text("to_id", "gateway", required=True, refers="gateways"),
                text("kind", "tunnel, bridge or backbone (land, same landmass)", required=True,
                     choices=("tunnel", "bridge", "backbone")),
                FROM,
                TO,
                number("length_km", "km", "length along the ground"),
                *CAPACITY,
            ),
        ),
        Table(
            "chokepoints",
            "Named narrow places where many cables pass.",
            ("choke_id",),
            (
                text("choke_id", "our id", required=True),
                text("name", "usual name", required=True),
                text("kind", "strait, canal, landing_cluster or canyon"),
                text("note", "what makes it one"),
            ),
            geometry="Polygon",
        ),
        Table(
            "ships",
            "Cable ships.",
            ("ship_id",),
            (
                text("ship_id", "our id", required=True),
                text("name", "name", required=True),
                text("operator", "operator"),
                text("flag", CODE),
                text("base_port", "base port"),
                text("zones", "maintenance agreements it serves, separated by ';'"),
                text("role", "maintenance, installation, both joined by '+', survey or naval"),
                text("status", "active, uncertain, on_order or retired",
                     choices=("active", "uncertain", "on_order", "retired")),
                number("speed_kn", "kn", "transit speed"),
                number("day_rate_usd", "USD per day", "cost of one ship-day"),
                Column("can_repair", "flag", "true where it can repair telecom cable"),
                number("max_depth_m", "m", "deepest water it repairs in; empty: any"),
                date("free_from", "first day free of other work; empty: free"),
                FROM,
                TO,
                text("note", "anything a reader must know"),
            ),
            geometry="Point",
        ),
        Table(
            "depots",
            "Cable depots that hold spares.",
            ("depot_id",),
            (
                text("depot_id", "our id", required=True),
                text("name", "name", required=True),
                text("country", CODE),
                text("zones", "maintenance agreements it serves, separated by ';'"),
                text("spare_cables", "cables it holds spares of, separated by ';'; empty: those of "
                     "its agreements"),
                number("spare_km", "km", "cable in stock; empty: not known, taken as enough"),
                text("note", "anything a reader must know"),
            ),
            geometry="Point",
        ),
        Table(
            "maintenance_agreements",
            "Contracts under which cables are repaired.",
            ("agreement_id",),
            (
                text("agreement_id", "our id", required=True),
                text("name", "full name", required=True),
                text("coverage", "waters it covers, in words"),
                text("terms", "terms known in public"),
                number("mobilise_days", "days", "contracted time to sail"),
            ),
        ),
        Table(
            "permits",
            "What a repair needs from each jurisdiction, and how long it takes.",
            ("country",),
            (
                text("country", f"{CODE}, or DEFAULT", required=True),
                number("days_low", "days", "shortest"),
                number("days_typical", "days", "typical"),
                number("days_high", "days", "longest"),
                number("own_flag_days", "days", "typical for ships of the country's own flag, "
                       "which need no exemption from cabotage rules; empty: the same"),
                text("clock", "fault or nomination: when the days begin to count",
                     choices=("fault", "nomination")),
                Column("ship_bound", "flag", "true where the permit belongs to one ship"),
                Column("refused", "flag", "true where permits are refused altogether"),
                text("note", "what has to be asked for"),
            ),
        ),
        Table(
            "permit_waters",
            "Waters in which a country asks otherwise than its row of permits says.",
            ("country", "waters"),
            (
                text("country", f"{CODE}, or DEFAULT", required=True),
                text("waters", "a jurisdiction, or a kind of them: territorial_sea, eez, disputed, "
                     "high_seas; a jurisdiction comes before its kind", required=True),
                number("days_low", "days", "shortest"),
                number("days_typical", "days", "typical"),
                number("days_high", "days", "longest"),
                number("own_flag_days", "days", "as in permits"),
                text("clock", "fault or nomination: when the days begin to count",
                     choices=("fault", "nomination")),
                Column("ship_bound", "flag", "true where the permit belongs to one ship"),
                Column("refused", "flag", "true where permits are refused"),
                text("note", "what has to be asked for"),
            ),
        ),
        Table(
            "aliases",
            "Old and foreign names of our ids.",
            ("layer", "alias"),
            (
                text("layer", "the table the id is in", required=True),
                text("alias", "the other name", required=True),
                text("id", "our id", required=True),
            ),
        ),
        Table(
            "sources",
            "Where facts come from.",
            ("source_id",),
            (
                text("source_id", "short id", required=True),
                text("publisher", "publisher"),
                text("title", "title or fact"),
                text("year", "year of publication"),
                text("url", "address as published"),
                text("kind", "web, package, memory, ..."),
            ),
        ),
        Table(
            "provenance",
            "For each number: sourced, estimated or assumed, its range and its source.",
            ("layer", "id", "column"),
            (
                text("layer", "the table", required=True),
                text("id", "the row's key (joined by '|'), or * for the whole column",
                     required=True),
                text("column", "the column", required=True),
                text("basis", "sourced, estimated or assumed", required=True, choices=BASES),
                Column("low", "number", "low end of the range: the value itself, or a factor"),
                Column("high", "number", "high end of the range: the value itself, or a factor"),
                text("range_kind", "value or factor: how low and high are meant",
                     choices=("value", "factor")),
                text("sources", "source ids, separated by ';'"),
                text("note", "how it was found"),
            ),
        ),
    )
}


def measured_columns() -> dict[str, tuple[str, ...]]:
    """The number columns of each table that need provenance, in table order."""
    found = {
        name: tuple(column.name for column in table.columns if column.measured)
        for name, table in TABLES.items()
    }
    return {name: columns for name, columns in found.items() if columns}


def markdown() -> str:
    """The column tables of all layers as Markdown, for geodata/README.md."""
    parts = []
    for table in TABLES.values():
        kind = f" Geometry: {table.geometry}." if table.geometry else ""
        parts.append(f"### {table.name}\n\n{table.meaning}{kind} Key: {', '.join(table.key)}.\n")
        parts.append("| column | type | unit | meaning |\n|---|---|---|---|")
        for column in table.columns:
            name = f"**{column.name}**" if column.required else column.name
            parts.append(f"| {name} | {column.kind} | {column.unit} | {column.meaning} |")
        parts.append("")
    return "\n".join(parts)
