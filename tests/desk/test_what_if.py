"""What if: break things by search, click, drawing and link; see whom it hurts, on map and table."""

from __future__ import annotations

import json
from typing import Any

from tests.desk.conftest import Desk, bay_network

NET = bay_network(None)
EAST, SPUR = (int(NET.links_of_cable(NET.cable_index(name))[0]) for name in ("east", "spur"))


def test_a_cable_found_by_name_is_broken_and_who_is_hurt_shows_at_once(desk: Desk) -> None:
    desk.open()
    desk.find("spur")
    facts = desk.page.inner_text(".card dl").split("\n")
    assert facts[facts.index("Lit capacity, each way") + 1] == "10 Tbps"
    assert facts[facts.index("Lands at") + 1] == "Lk, LK; Mv, MV"
    desk.press("Break it")
    desk.page.wait_for_selector(".tiles")
    # MV hangs on the spur alone: a million people, and all of its 10 Tbps
    assert (desk.tile("Countries cut off"), desk.tile("People cut off")) == ("1", "1M")
    assert desk.tile("Capacity lost") == "10 Tbps"
    assert desk.rows("Who is hurt")[0][:2] == ["MV cut off", "all"]
    assert desk.rows("Cables broken") == [["SPUR", "1", "10 Tbps"]]
    assert desk.shown("links", SPUR)["lost"] is True
    assert desk.shown("links", EAST) == {}
    land = desk.page.evaluate("fetch('/desk/map').then((r) => r.json()).then((d) => "
                              "d.land.features.find((f) => f.properties.c === 'MV').id)")
    assert desk.shown("land", land)["loss"] == 1
    desk.page.wait_for_selector(".tile:has-text('Demand unserved') .number:has-text('Tbps')")
    desk.picture("what-if")
    desk.press("Mend everything")
    desk.page.wait_for_selector(".tiles", state="detached")
    assert desk.shown("links", SPUR) == {}


def test_a_click_breaks_a_cable_and_another_mends_it(desk: Desk) -> None:
    desk.open("#at=88,6,3,0")
    lon, lat = NET.links.geometry[EAST].interpolate(0.5, normalized=True).coords[0]
    at = desk.pixel(lon, lat)
    desk.page.mouse.click(at["x"], at["y"])
    desk.page.wait_for_selector(".failures li:has-text('Cable EAST')")
    assert "cable=east" in desk.page.url
    desk.page.wait_for_selector(".tiles")
    assert desk.tile("Countries cut off") == "0"  # the ring holds
    desk.page.mouse.click(at["x"], at["y"])
    desk.page.wait_for_selector(".failures li", state="detached")


def test_a_disk_and_an_area_are_drawn(desk: Desk) -> None:
    desk.open("#at=80,6,4,0")
    desk.page.click("#tools [data-tool=disk]")
    a, b = desk.pixel(76.5, 5), desk.pixel(76.5, 8)
    desk.page.mouse.move(a["x"], a["y"])
    desk.page.mouse.down()
    desk.page.mouse.move(b["x"], b["y"], steps=4)
    desk.page.mouse.up()
    desk.page.wait_for_selector(".failures li:has-text('Within')")
    assert desk.rows("Cables broken") == [["SPUR", "1", "10 Tbps"]]
    desk.press("Mend everything")
    desk.page.click("#tools [data-tool=area]")
    for lon, lat in ((75, 2), (78, 2)):
        at = desk.pixel(lon, lat)
        desk.page.mouse.click(at["x"], at["y"])
        desk.page.wait_for_timeout(350)  # two clicks in quick succession would be a double click
    desk.press("Finish the area")
    assert "at least three corners; so far there are 2" in desk.page.inner_text("#hint")
    at = desk.pixel(76.5, 8)
    desk.page.mouse.click(at["x"], at["y"])
    desk.press("Finish the area")
    desk.page.wait_for_selector(".failures li:has-text('Area with 3 corners')")
    assert desk.rows("Cables broken") == [["SPUR", "1", "10 Tbps"]]


def test_every_view_has_a_link_and_back_goes_back(desk: Desk) -> None:
    desk.open("#cable=spur&disk=92,7,300")
    desk.page.wait_for_selector(".tiles")
    assert len(desk.page.query_selector_all(".failures li")) == 2
    desk.press("Mend everything")
    desk.page.wait_for_selector(".tiles", state="detached")
    desk.page.go_back()
    desk.page.wait_for_selector(".failures li:has-text('Cable SPUR')")
    with desk.page.expect_download() as file:
        desk.press("GeoJSON")
    taken: dict[str, Any] = json.loads(file.value.path().read_text())
    assert {one["properties"]["state"] for one in taken["features"][:2]} == {"lost"}
    assert taken["link"] == desk.page.url


def test_a_cable_that_is_gone_is_named_and_the_rest_goes_on(desk: Desk) -> None:
    desk.open("#cable=smw99&cable=spur&what=is-this")
    desk.page.wait_for_selector("#notice:has-text('This cannot fail: cable smw99')")
    desk.press("Leave it out and go on")
    desk.page.wait_for_selector(".tiles")
    assert desk.tile("Countries cut off") == "1"
    assert "smw99" not in desk.page.url


def test_a_lost_connection_is_said_and_nothing_is_lost(desk: Desk) -> None:
    desk.open()
    desk.page.route("**/desk/outage", lambda route: route.abort())
    desk.find("spur")
    desk.press("Break it")
    desk.page.wait_for_selector("#notice:has-text('cannot be reached')")
    desk.page.unroute("**/desk/outage")
    desk.press("Try again")
    desk.page.wait_for_selector(".tiles")
    assert desk.tile("Countries cut off") == "1"
    desk.wrong = [one for one in desk.wrong if "net::ERR_FAILED" not in one]


def test_a_number_says_unit_definition_and_what_it_rests_on(desk: Desk) -> None:
    desk.open("#cable=spur")
    desk.page.wait_for_selector(".tiles")
    desk.page.click(".tile:has-text('Capacity lost') .about")
    told = desk.page.inner_text("#explain")
    assert "Tbps" in told and "hubs abroad" in told and "lit capacity of sections" in told
    assert "Losing more can never improve it" in told


def test_a_day_without_a_map_is_said_and_todays_map_is_shown(desk: Desk) -> None:
    desk.page.route("**/desk/map?as_of=1990-01-01", lambda route: route.fulfill(
        status=409, content_type="application/problem+json", body=json.dumps(
            {"type": "about:blank", "status": 409, "detail": "no cable was in service"})))
    desk.open("#day=1990-01-01")
    assert "There is no map of 1990-01-01 (no cable was in service)" in desk.page.inner_text(
        "#notice")
    assert "day=" not in desk.page.url
