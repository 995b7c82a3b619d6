"""`write_routes`: the ways one cable could take as a folder of lines, a table and a picture."""

from __future__ import annotations

from pathlib import Path

from cablenet.files import published, whole_folder, write_geopackage
from cablenet.maps import save_map
from cablenet.planning.route_choice import RouteChoices

FILES = ("routes.csv", "routes.gpkg", "routes.geojson", "map.png")


def write_routes(choices: RouteChoices, out: Path | str) -> tuple[Path, ...]:
    """Write route choices into a folder, whole or not at all: `FILES`, lines cut at +-180."""
    lines = published(choices.to_geo())
    with whole_folder(Path(out), marker="routes.csv") as folder:
        choices.to_frame().to_csv(folder / "routes.csv", index=False)
        write_geopackage({"routes": lines}, folder / "routes.gpkg")
        (folder / "routes.geojson").write_text(lines.to_json(drop_id=True), encoding="utf-8")
        save_map(choices.plot(), folder / "map.png")
    return tuple(Path(out) / name for name in FILES)
