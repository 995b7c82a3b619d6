"""The tabs that ask the service to compute: dependence, worst case, building, repairs, jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cablenet_api import Settings

from tests.api.ring_world import ring_network
from tests.desk.conftest import Desk, served, watched


def test_what_we_depend_on_is_found_and_shown_on_the_map(desk: Desk) -> None:
    desk.open("#tab=depend")
    desk.press("Compute")
    # MV hangs on the spur; IN and LK each on two of the ring: east+palk, and palk+south or
    # east+south, which also takes MV with LK
    desk.page.wait_for_selector("caption:text-is('Smallest sets that isolate')")
    rows = [(row[0], row[1], row[2].removesuffix(" Show it"))
            for row in desk.rows("Smallest sets that isolate")]
    assert rows[0] == ("MV", "1", "SPUR")
    assert {row[0] for row in rows if row[1] == "2"} == {"IN", "LK", "MV"}
    assert "1 of them hangs on a single loss" in desk.page.inner_text(".finding")
    desk.page.locator("tr:has-text('SPUR') >> text=Show it").first.click()
    desk.page.wait_for_selector(".tiles")
    assert desk.tile("Countries cut off") == "1"


def test_the_worst_case_comes_with_its_proof_and_a_link_that_holds(desk: Desk) -> None:
    desk.open("#tab=worst")
    desk.page.fill("[data-form=worst] [name=k]", "2")
    desk.press("Compute")
    # east and south: IN, LK and MV lose the only hub
    desk.page.wait_for_selector(".finding:has-text('proved')")
    assert desk.rows("The worst sets")[0][2] == "IN, LK, MV"
    link = desk.page.url
    desk.page.evaluate("sessionStorage.clear()")  # as somebody else, who has typed nothing
    desk.open()
    desk.page.goto(link)
    desk.page.wait_for_selector(".finding:has-text('proved')")
    assert desk.page.input_value("[data-form=worst] [name=k]") == "2"


def test_the_worst_for_traffic_says_whose_demand_is_not_served(desk: Desk) -> None:
    desk.open("#tab=worst")
    desk.page.fill("[data-form=worst] [name=k]", "2")
    desk.page.select_option("[data-form=worst] [name=metric]", "unserved_tbps")
    desk.press("Compute")
    desk.page.wait_for_selector(".finding:has-text('proved')")
    # east and south: SG, the only hub, exchanges with nobody, so all of its 1 Tbps is lost
    first = desk.rows("The worst sets")[0]
    assert first[1].startswith("EAST + SOUTH") and first[2].startswith("SG 1 Tbps")


def test_what_to_build_is_drawn_and_takes_the_red_away(desk: Desk) -> None:
    desk.open("#tab=build")
    desk.page.select_option("[data-form=build] [name=country]", "MV")
    desk.press("Compute")
    desk.page.wait_for_selector(".choice")
    drawn = ("import('/desk/map.js').then((m) => m.theMap().getSource('built').serialize()"
             ".data.features.length)")
    land = desk.page.evaluate("fetch('/desk/map').then((r) => r.json()).then((d) => "
                              "d.land.features.find((f) => f.properties.c === 'MV').id)")
    desk.page.wait_for_function(f"{drawn}.then((n) => n === 1)")  # one cable beside the spur
    assert desk.shown("land", land) == {}
    desk.page.get_by_label("as it is: red is cut off by one loss").check()
    assert desk.page.evaluate(drawn) == 0
    assert desk.shown("land", land) == {"loss": 1}  # MV hangs on the spur alone


def test_a_budget_that_is_too_small_is_said_to_be(desk: Desk) -> None:
    desk.open("#tab=build")
    desk.page.select_option("[data-form=build] [name=country]", "MV")
    desk.page.fill("[data-form=build] [name=budget]", "0.5")
    desk.press("Compute")
    desk.page.wait_for_selector(".finding")
    assert "This budget builds nothing that helps: 1M people" in desk.page.inner_text(".finding")
    assert desk.rows("Before and after")[0][3] == "not within this budget"


def test_what_is_typed_is_kept_over_tabs_and_a_reload(desk: Desk) -> None:
    desk.open("#tab=worst")
    desk.page.fill("[data-form=worst] [name=k]", "7")
    desk.page.click("#tab-jobs")
    desk.page.click("#tab-worst")
    assert desk.page.input_value("[data-form=worst] [name=k]") == "7"
    desk.page.reload()
    desk.page.wait_for_selector("#map[data-ready=yes]")
    assert desk.page.input_value("[data-form=worst] [name=k]") == "7"


def test_a_job_that_fails_says_why_and_jobs_are_listed(desk: Desk) -> None:
    desk.open("#tab=repairs&cable=spur")
    desk.press("Compute")
    desk.page.wait_for_selector(".standing[data-status=failed]")
    # a cable lost as a whole has no place that a ship could sail to
    assert "no fault at sea" in desk.page.inner_text(".standing")
    desk.page.click("#tab-jobs")
    desk.page.wait_for_selector("table:has-text('Repairs')")
    assert any(row[0] == "Repairs" and row[1] == "Failed" for row in desk.rows("Jobs"))


def test_a_job_of_a_link_that_is_gone_is_told(desk: Desk) -> None:
    desk.open("#tab=worst&job=" + "0" * 32)
    desk.page.wait_for_selector("#notice:has-text('not there any more')")
    desk.press("Forget it")
    assert "job=" not in desk.page.url


def test_faster_permits_stand_beside_todays(chrome: Any, tmp_path: Path) -> None:
    """The ring's map has no permits: 10 days are assumed of every country, and 1 is asked about."""
    settings = Settings(database=f"sqlite:///{tmp_path / 'kept.sqlite'}")
    net = ring_network(None)
    cable = net.links_of_cable(net.cable_index("ab"))[0]
    lon, lat = net.links.geometry[cable].interpolate(0.5, normalized=True).coords[0]
    with served(settings, ring_network) as home, watched(chrome, home) as desk:
        desk.open(f"#tab=repairs&cut={lon:.3f},{lat:.3f}")
        desk.page.fill("[data-form=repairs] [name=permit]", "1")
        desk.press("Compute")
        desk.page.wait_for_selector(".tile small:has-text('as today')")
        fast = float(desk.tile("All repaired after").removesuffix(" days"))
        note = desk.page.inner_text(".tile:has-text('All repaired after') small")
        assert fast < float(note.removeprefix("as today: ").removesuffix(" days"))
        assert "permits faster" in desk.page.inner_text(".result")
        with desk.page.expect_download() as file:
            desk.page.get_by_role("button", name="CSV").click()
        head, row = file.value.path().read_text().splitlines()[:2]
        assert "cable" in head.split(",") and ",AB," in row
