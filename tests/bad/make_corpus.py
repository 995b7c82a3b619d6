"""Write the corpus of bad inputs: `python tests/bad/make_corpus.py`, the same bytes each time.

`files/` holds single files; `maps/` holds, per case, only the files that differ from the good
map in `good/` (the test lays them over it); `exports/` the same for an export in `good_export/`.
Big ones (200 MB of spaces, three million brackets) are made by the tests that need them.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
FEATURE = {"type": "Feature", "properties": {"id": "c", "name": "C"},
           "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}
VRT = """<OGRVRTDataSource><OGRVRTLayer name="passwd">
<SrcDataSource>/etc/passwd</SrcDataSource><GeometryType>wkbNone</GeometryType>
</OGRVRTLayer></OGRVRTDataSource>
"""


def collection(*features: object, **more: object) -> str:
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)})


def line(coordinates: object, kind: str = "LineString", **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"id": "c", "name": "C", **properties},
            "geometry": {"type": kind, "coordinates": coordinates}}


def crs(name: str) -> dict[str, object]:
    return {"type": "name", "properties": {"name": name}}


def single_files() -> dict[str, str | bytes]:
    """GeoJSON files of lines and points, each with one fault."""
    whole = collection(FEATURE)
    return {
        "truncated.geojson": whole[:-20],
        "nested_deep.geojson": "[" * 5000 + "]" * 5000,
        "nested_coordinates.geojson": whole.replace("[[0, 0], [1, 1]]", "[" * 40 + "]" * 40),
        "nested_properties.geojson": whole.replace('"C"', '{"a":' * 900 + "1" + "}" * 900),
        "nan.geojson": whole.replace("[1, 1]", "[NaN, 1]"),
        "infinity.geojson": whole.replace("[1, 1]", "[1, Infinity]"),
        "1e999.geojson": whole.replace("[1, 1]", "[1e999, 1]"),
        "latitude_95.geojson": whole.replace("[1, 1]", "[1, 95]"),
        "longitude_900.geojson": whole.replace("[1, 1]", "[900, 1]"),
        "metres.geojson": whole.replace("[1, 1]", "[111319.5, 111325.1]"),
        "wrong_crs.geojson": collection(FEATURE, crs=crs("urn:ogc:def:crs:EPSG::3857")),
        "crs_is_a_list.geojson": collection(FEATURE, crs=[1, 2]),
        "vrt_in_disguise.geojson": VRT,
        "kml_in_disguise.geojson": '<?xml version="1.0"?><kml/>',
        "html_page.geojson": "<!DOCTYPE html><html><body>404</body></html>",
        "zip_in_disguise.geojson": b"PK\x03\x04" + bytes(range(256)),
        "lone_surrogate.geojson": whole.replace('"C"', '"\\ud800"'),
        "nul.geojson": whole.replace('"C"', '"a\\u0000b"'),
        "raw_nul.geojson": whole.encode().replace(b'"C"', b'"\x00"'),
        "empty.geojson": "",
        "spaces.geojson": " \n" * 500,
        "utf16.geojson": whole.encode("utf-16"),
        "latin1.geojson": whole.replace('"C"', '"Réunion"').encode("latin-1"),
        "a_list.geojson": "[1, 2, 3]",
        "null.geojson": "null",
        "one_feature.geojson": json.dumps(FEATURE),
        "features_is_an_object.geojson": '{"type": "FeatureCollection", "features": {}}',
        "feature_is_a_number.geojson": collection(FEATURE, 7),
        "properties_is_a_list.geojson": collection({**FEATURE, "properties": [1]}),
        "geometry_is_text.geojson": collection({**FEATURE, "geometry": "LINESTRING (0 0, 1 1)"}),
        "geometry_is_a_curve.geojson": collection(line([[0, 0], [1, 1]], "CircularString")),
        "geometry_collection.geojson": collection(
            {**FEATURE, "geometry": {"type": "GeometryCollection", "geometries": []}}),
        "no_geometry.geojson": collection({**FEATURE, "geometry": None}),
        "polygons.geojson": collection(line([[[0, 0], [1, 0], [1, 1], [0, 0]]], "Polygon")),
        "coordinates_are_text.geojson": collection(line([["0", "0"], ["1", "1"]])),
        "coordinates_are_true.geojson": collection(line([[True, False], [False, True]])),
        "coordinates_are_ragged.geojson": collection(line([[0, 0], [1]])),
        "coordinates_are_an_object.geojson": collection(line({"x": 1})),
        "coordinates_are_five.geojson": collection(line([[0] * 5, [1] * 5])),
        "one_vertex.geojson": collection(line([[0, 0]])),
        "empty_lines.geojson": collection(line([]), line([], "MultiLineString")),
        "no_lines.geojson": collection(line([0, 0], "Point")),
        "no_features.geojson": collection(),
        "no_id_no_name.geojson": collection({**FEATURE, "properties": {}}),
        "unknown_status.geojson": collection(line([[0, 0], [1, 1]], status="asleep")),
        "bad_capacity.geojson": collection(line([[0, 0], [1, 1]], design_capacity_tbps="much")),
        "huge_integer.geojson": whole.replace("[1, 1]", "[" + "9" * 5000 + ", 1]"),
        "trailing_comma.geojson": whole[:-1] + ",}",
        "two_documents.geojson": whole + whole,
        "unknown.shp": b"\x00\x00\x27\x0a" + bytes(96),
        "map.vrt": VRT,
        "text.gpkg": "this is no database",
        "sqlite.gpkg": plain_sqlite(),
        "truncated.gpkg": geopackage()[:2600],
        "damaged.gpkg": damaged(geopackage()),
        "web_mercator.gpkg": geopackage(srs=3857),
        "hostile_blob.gpkg": geopackage(blob=gp(struct.pack("<BII", 1, 2, 0xFFFFFFFF))),
        "short_blob.gpkg": geopackage(blob=b"GP"),
        "nan_blob.gpkg": geopackage(blob=gp(wkb_line([(0, 0), (float("nan"), 1)]))),
        "view.gpkg": geopackage(view=True),
        "missing_column.gpkg": geopackage(cables="name TEXT, status TEXT"),
    }


GOOD: dict[str, str] = {
    "cables.csv": "cable_id,name,status,length_km\nc,C,live,160\n",
    "stations.geojson": collection(
        *({"type": "Feature", "properties": {"station_id": name, "name": name, "country": code,
                                             "level": "town"},
           "geometry": {"type": "Point", "coordinates": at}}
          for name, code, at in (("a", "IN", [0, 0]), ("b", "JP", [1, 1])))),
    "segments.geojson": collection(
        {"type": "Feature", "properties": {"segment_id": "c/1", "cable_id": "c", "from_id": "a",
                                           "to_id": "b", "kind": "wet"},
         "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}),
    "landings.csv": "cable_id,station_id\nc,a\nc,b\n",
    "countries.csv": "country,name\nIN,India\nJP,Japan\n",
}


def bad_maps() -> dict[str, dict[str, str | bytes]]:
    """Files that spoil the good map, by case."""
    cables, segments = GOOD["cables.csv"], GOOD["segments.geojson"]
    stations = GOOD["stations.geojson"]
    mercator = '"crs": {"type": "name", "properties": {"name": "EPSG:3857"}}, "features"'
    return {
        "duplicate_ids": {"cables.csv": cables + "c,Again,live,1\n"},
        "duplicate_landings": {"landings.csv": GOOD["landings.csv"] + "c,a\n"},
        "missing_column": {"cables.csv": "cable_id,name\nc,C\n"},
        "header_only": {"cables.csv": "cable_id,name,status\n"},
        "empty_file": {"cables.csv": ""},
        "short_row": {"cables.csv": cables + "d,D\n"},
        "long_row": {"cables.csv": cables + "d,D,live,1,2,3\n"},
        "blank_line": {"cables.csv": cables + "\n\nd,D,live,1\n"},
        "open_quote": {"cables.csv": cables + 'd,"D,live,1\n'},
        "header_twice": {"cables.csv": "cable_id,name,name,status\nc,C,C,live\n"},
        "raw_nul": {"cables.csv": cables.replace("C,", "\x00,")},
        "latin1": {"cables.csv": cables.replace("C,", "é,").encode("latin-1")},
        "semicolons": {"cables.csv": cables.replace(",", ";")},
        "length_is_text": {"cables.csv": cables.replace("160", "long")},
        "length_is_nan": {"cables.csv": cables.replace("160", "nan")},
        "length_is_1e999": {"cables.csv": cables.replace("160", "1e999")},
        "length_is_negative": {"cables.csv": cables.replace("160", "-1")},
        "unknown_status": {"cables.csv": cables.replace("live", "asleep")},
        "bad_date": {"cables.csv": "cable_id,name,status,in_service_from\nc,C,live,2020-02-31\n"},
        "empty_name": {"cables.csv": cables.replace("c,C,", "c,,")},
        "unknown_cable": {"landings.csv": "cable_id,station_id\nx,a\n"},
        "unknown_station": {"segments.geojson": segments.replace('"b"', '"zz"')},
        "latitude_95": {"stations.geojson": stations.replace("[1, 1]", "[1, 95]")},
        "point_without_geometry": {"stations.geojson": stations.replace(
            '{"type": "Point", "coordinates": [1, 1]}', "null")},
        "empty_line": {"segments.geojson": segments.replace("[[0, 0], [1, 1]]", "[]")},
        "one_vertex": {"segments.geojson": segments.replace("[[0, 0], [1, 1]]", "[[0, 0]]")},
        "multi_line": {"segments.geojson": segments.replace(
            "LineString", "MultiLineString").replace("[[0, 0], [1, 1]]", "[[[0, 0], [1, 1]]]")},
        "point_for_line": {"segments.geojson": segments.replace("LineString", "Point").replace(
            "[[0, 0], [1, 1]]", "[0, 0]")},
        "property_is_a_list": {"stations.geojson": stations.replace('"IN"', '["IN"]')},
        "wrong_crs": {"segments.geojson": segments.replace('"features"', mercator)},
        "vrt": {"segments.geojson": VRT},
        "open_ring": {"jurisdictions.geojson": collection(
            {"type": "Feature", "properties": {"jurisdiction_id": "j", "kind": "eez"},
             "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}})},
        "two_forms": {"stations.csv": "station_id,name,country,level,lon,lat\na,A,IN,town,0,0\n"},
        "description_is_a_list": {"layers.json": "[1]"},
        "description_bad_date": {"layers.json": '{"as_of": "soon"}'},
        "segments_as_csv": {"segments.csv": "segment_id,cable_id\nc/1,c\n",
                            "segments.geojson": b""},
    }


def bad_parquet() -> dict[str, bytes]:
    """`segments.parquet` (or a table named in the case) with one fault each."""
    columns: dict[str, object] = {"segment_id": ["c/1"], "cable_id": ["c"], "from_id": ["a"],
                                  "to_id": ["b"], "kind": ["wet"]}
    good = wkb_line([(0, 0), (1, 1)])
    geo = {"version": "1.0.0", "primary_column": "geometry",
           "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["LineString"]}}}
    mercator = {"name": "WGS 84 / Pseudo-Mercator", "id": {"authority": "EPSG", "code": 3857}}
    turned = {**geo, "columns": {"geometry": {"encoding": "WKB", "crs": mercator}}}
    arrow = {**geo, "columns": {"geometry": {"encoding": "point"}}}
    whole = parquet({**columns, "geometry": [good]}, geo)
    bomb = b"\x01" + struct.pack("<II", 7, 1)
    return {
        "hostile_count": parquet({**columns, "geometry": [
            b"\x01" + struct.pack("<II", 2, 0xFFFFFFF0)]}, geo),
        "hostile_nesting": parquet({**columns, "geometry": [bomb * 2000]}, geo),
        "hostile_type": parquet({**columns, "geometry": [b"\x01" + struct.pack("<I", 99)]}, geo),
        "not_wkb": parquet({**columns, "geometry": [b"LINESTRING (0 0, 1 1)"]}, geo),
        "short_wkb": parquet({**columns, "geometry": [good[:-3]]}, geo),
        "long_wkb": parquet({**columns, "geometry": [good + b"more"]}, geo),
        "latitude_95": parquet({**columns, "geometry": [wkb_line([(0, 0), (1, 95)])]}, geo),
        "geometry_is_text": parquet({**columns, "geometry": ["LINESTRING (0 0, 1 1)"]}, geo),
        "web_mercator": parquet({**columns, "geometry": [good]}, turned),
        "other_encoding": parquet({**columns, "geometry": [good]}, arrow),
        "no_geo": parquet({**columns, "geometry": [good]}, None),
        "broken_geo": parquet({**columns, "geometry": [good]}, "{"),
        "nested_column": parquet({**columns, "kind": [["wet"]], "geometry": [good]}, geo),
        "truncated": whole[:-40],
        "only_magic": b"PAR1PAR1",
        "text": b"segment_id,cable_id\n",
    }


GOOD_EXPORT: dict[str, str] = {
    "cable/cable-geo.json": collection(line([[[0, 0], [1, 1]]], "MultiLineString")),
    "cable/c.json": json.dumps({"id": "c", "name": "C", "landing_points": [
        {"id": "a", "name": "A, India"}, {"id": "b", "name": "B, Japan"}]}),
    "landing-point/landing-point-geo.json": collection(
        *({"type": "Feature", "properties": {"id": name, "name": f"{name}, India"},
           "geometry": {"type": "Point", "coordinates": at}}
          for name, at in (("a", [0, 0]), ("b", [1, 1])))),
}


def bad_exports() -> dict[str, dict[str, str | bytes]]:
    """Files that spoil the good export, by case."""
    lines, points = (GOOD_EXPORT[f"{name}-geo.json"] for name in ("cable/cable",
                                                                 "landing-point/landing-point"))
    return {
        "truncated_lines": {"cable/cable-geo.json": lines[:-9]},
        "truncated_record": {"cable/c.json": '{"id": "c", "name": '},
        "record_is_a_list": {"cable/c.json": "[1, 2]"},
        "record_twice": {"cable/d.json": GOOD_EXPORT["cable/c.json"]},
        "id_is_a_number": {"cable/c.json": '{"id": 7}'},
        "points_are_text": {"cable/c.json": '{"id": "c", "landing_points": "a; b"}'},
        "point_without_id": {"cable/c.json": '{"id": "c", "landing_points": [{"name": "A"}]}'},
        "points_for_lines": {"cable/cable-geo.json": points},
        "lines_for_points": {"landing-point/landing-point-geo.json": lines},
        "lines_without_id": {"cable/cable-geo.json": lines.replace('"id"', '"other"')},
        "latitude_95": {"cable/cable-geo.json": lines.replace("[1, 1]", "[1, 95]")},
        "wrong_crs": {"cable/cable-geo.json": lines.replace(
            '"features"', '"crs": {"properties": {"name": "EPSG:3857"}}, "features"')},
    }


def wkb_line(places: list[tuple[float, float]]) -> bytes:
    return struct.pack("<BII", 1, 2, len(places)) + b"".join(
        struct.pack("<dd", *place) for place in places)


def gp(wkb: bytes) -> bytes:
    return b"GP\x00\x01" + struct.pack("<i", 4326) + wkb


def parquet(columns: dict[str, object], geo: object) -> bytes:
    table = pa.table(columns)
    if geo is not None:
        text = geo if isinstance(geo, str) else json.dumps(geo)
        table = table.replace_schema_metadata({"geo": text})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    out: bytes = sink.getvalue().to_pybytes()
    return out


def geopackage(*, srs: int = 4326, blob: bytes | None = None, view: bool = False,
               cables: str = "cable_id TEXT, name TEXT, status TEXT") -> bytes:
    """A GeoPackage made by hand, so that its bytes are the same each time."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(f"""
        PRAGMA page_size = 512; PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300;
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
        CREATE TABLE cables ({cables});
        CREATE TABLE countries (country TEXT, name TEXT);
        CREATE TABLE landings (cable_id TEXT, station_id TEXT);
        CREATE TABLE segments (segment_id TEXT, cable_id TEXT, from_id TEXT, to_id TEXT,
                               kind TEXT, geom BLOB);
        INSERT INTO countries VALUES ('IN', 'India'), ('JP', 'Japan');
        INSERT INTO landings VALUES ('c', 'a'), ('c', 'b');
        INSERT INTO gpkg_geometry_columns VALUES ('segments', 'geom', {srs}),
                                                 ('stations', 'geom', {srs});
    """)
    kind = "rows" if view else "stations"
    connection.execute(f"CREATE TABLE {kind} (station_id TEXT, name TEXT, country TEXT, "
                       "level TEXT, geom BLOB)")
    for name, code, at in (("a", "IN", (0.0, 0.0)), ("b", "JP", (1.0, 1.0))):
        point = gp(struct.pack("<BI", 1, 1) + struct.pack("<dd", *at))
        connection.execute(f"INSERT INTO {kind} VALUES (?, ?, ?, 'town', ?)",
                           (name, name, code, point))
    if view:
        connection.execute("CREATE VIEW stations AS SELECT * FROM rows")
    if cables.startswith("cable_id"):
        connection.execute("INSERT INTO cables VALUES ('c', 'C', 'live')")
    else:
        connection.execute("INSERT INTO cables VALUES ('C', 'live')")
    connection.execute("INSERT INTO segments VALUES ('c/1', 'c', 'a', 'b', 'wet', ?)",
                       (blob or gp(wkb_line([(0, 0), (1, 1)])),))
    connection.commit()
    data: bytes = connection.serialize()
    connection.close()
    return data


def plain_sqlite() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript("PRAGMA page_size = 512; CREATE TABLE cables (cable_id TEXT);")
    data: bytes = connection.serialize()
    connection.close()
    return data


def damaged(data: bytes) -> bytes:
    """The same file with every page after the first overwritten."""
    return data[:512] + b"\xa5" * (len(data) - 512)


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def main() -> None:
    for folder in ("files", "maps", "parquet", "exports", "good", "good_export"):
        shutil.rmtree(HERE / folder, ignore_errors=True)
    for name, content in single_files().items():
        write(HERE / "files" / name, content)
    for name, text in GOOD.items():
        write(HERE / "good" / name, text)
    for name, text in GOOD_EXPORT.items():
        write(HERE / "good_export" / name, text)
    for group, cases in (("maps", bad_maps()), ("exports", bad_exports())):
        for case, files in cases.items():
            for name, content in files.items():
                write(HERE / group / case / name, content)
    for case, content in bad_parquet().items():
        write(HERE / "parquet" / case / "segments.parquet", content)


if __name__ == "__main__":
    main()
