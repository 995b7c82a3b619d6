"""A draft by sections: fields from the schema, nothing typed is lost, any two versions compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from cablenet_api import Settings

import cablenet as cn
from tests.desk.conftest import Desk, bay_network, served, watched


def drafted(desk: Desk) -> str:
    """Draft a plan for the spur in a workspace of its own; gives its address."""
    asked: Any = desk.page.request
    space = asked.post(f"{desk.home}/workspaces", data={"name": "Sections"}).json()["id"]
    desk.open(f"#tab=plans&cable=spur&space={space}")
    desk.page.fill("[data-form=plan] [name=title]", "Spur lost")
    desk.page.fill("[name=office]", "Control room")
    desk.page.fill("[name=contact]", "card 1")
    desk.press("Draft it")
    desk.page.wait_for_selector(".state[data-state=draft]")
    return str(desk.page.url)


def open_roles(desk: Desk) -> None:
    for part in (".by-sections", ".part-roles"):
        if not desk.page.locator(part).evaluate("one => one.open"):
            desk.page.click(f"{part} > summary")


def test_a_draft_is_edited_by_sections_and_any_two_versions_are_compared(desk: Desk) -> None:
    desk.page.goto(f"{desk.home}/")
    plan = drafted(desk)
    desk.page.click(".by-sections > summary")
    desk.page.wait_for_selector(".part-roles")
    open_roles(desk)
    desk.press("Add: Roles")
    second = desk.page.locator(".part-roles fieldset").nth(1)
    second.get_by_label("Office", exact=True).fill("Cable landing desk")
    # another tab, a reload: what is typed is there
    desk.page.click("#tab-jobs")
    desk.page.goto("about:blank")
    desk.page.goto(plan)
    desk.page.wait_for_selector(".by-sections")
    open_roles(desk)
    assert second.get_by_label("Office", exact=True).input_value() == "Cable landing desk"
    # two fields are missing: the notice names them, the text stays
    desk.press("Save the draft")
    desk.page.wait_for_selector("#notice:not([hidden])")
    told = desk.page.inner_text("#notice")
    assert "Roles 2, Organisation: is empty" in told
    assert "Roles 2, Contact reference: is empty" in told
    second.get_by_label("Organisation").select_option(index=1)
    second.get_by_label("Contact reference").fill("card 2")
    desk.press("Save the draft")
    desk.page.wait_for_selector(".compare")
    desk.page.click(".compare summary")
    desk.press("Compare")
    desk.page.wait_for_selector("caption:has-text('From stage 1 to stage 2')")
    rows = desk.rows("From stage 1 to stage 2")
    assert [row[0] for row in rows] == ["Roles"] and "Cable landing desk" in rows[0][1]


def test_a_plan_is_said_to_be_stale_when_its_network_has_changed(chrome: Any, tmp_path: Path
                                                                ) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'kept.sqlite'}")
    with served(settings, bay_network) as home, watched(chrome, home) as desk:
        desk.page.goto(f"{home}/")
        plan = drafted(desk)
        desk.press("Compute what it does")
        desk.page.wait_for_selector("caption:text-is('What its failures do')")
        assert not desk.page.locator(".stale").count()
        address = plan.removeprefix(home)
    with served(settings, without_palk) as home, watched(chrome, home) as desk:
        desk.page.goto(f"{home}{address}")
        desk.page.wait_for_selector(".stale")
        assert "palk left the network" in desk.page.inner_text(".stale")
        desk.page.get_by_role("button", name="← ").first.click()
        assert "draft; out of date" in desk.page.inner_text("table:has(caption:text-is('Plans'))")


def without_palk(as_of: date | None) -> cn.Network:
    net = bay_network(as_of)
    return net.with_service(net.links.in_service & (net.links.cable != net.cable_index("palk")))
