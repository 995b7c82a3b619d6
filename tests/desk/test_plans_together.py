"""The story of two parties, clicked through: a workspace, a draft, objection, signatures, force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cablenet_api import Settings, admit_member
from cablenet_api.plans.exchange import ExportedVersion
from cablenet_api.plans.signing import new_key, public_text, sign, statement_for

from tests.desk.conftest import Desk, bay_network, served, watched
from tests.desk.languages import left_in_either, proper_names

SMALL = {"width": 960, "height": 600}  # many pages at once: little to draw


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Settings]]:
    """The address and settings of a service with login."""
    kept = tmp_path_factory.mktemp("guarded") / "kept.sqlite"
    settings = Settings(database=f"sqlite:///{kept}", login="tokens")
    with served(settings, bay_network) as address:
        yield address, settings

SLOW = """() => { const real = fetch; window.fetch = async (path, more) => {
    await new Promise((go) => setTimeout(go, String(path).endsWith("/steps") ? 900 : 200));
    return real(path, more); }; }"""
"""A network on which what is read anew arrives while a step is under way."""


class Person:
    """Somebody of a party at a browser of their own."""

    def __init__(self, desk: Desk, member: dict[str, str]) -> None:
        self.desk, self.organisation = desk, member["organisation"]
        desk.page.goto(f"{desk.home}/")
        desk.page.fill("#login input", member["secret"])
        desk.page.click("#login button.strong")
        desk.page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)

    def see(self, address: str) -> None:
        self.desk.page.goto("about:blank")
        self.desk.page.goto(address)
        self.desk.page.wait_for_selector(".state, caption")

    def state(self, wanted: str) -> None:
        self.desk.page.wait_for_selector(f".state[data-state='{wanted}']")

    def hand_in(self, key: Any, tmp_path: Path) -> None:
        """Take the version, sign it as `cablenet sign` does, bring the signature as a file."""
        with self.desk.page.expect_download() as file:
            self.desk.press("Take the version as a file")
        made = signature(file.value.path().read_text(), self.organisation, key)
        (tmp_path / "signature.json").write_text(json.dumps(made))
        self.desk.page.set_input_files(".signing input[type=file]", tmp_path / "signature.json")
        self.desk.page.wait_for_function(  # the browser reads the file in its own time
            "text => document.querySelector('.signing textarea').value.includes(text)",
            arg=made["signature"])
        self.desk.press("Hand in the signature")


def signature(exported: str, organisation: str, key: Any) -> dict[str, Any]:
    version = ExportedVersion.model_validate_json(exported)
    made = sign(statement_for(version.plan, version.version, version.digest,
                              organisation=organisation, office="Secretary",
                              signed_at=datetime.now(UTC)), key)
    return dict(json.loads(made.model_dump_json(by_alias=True)))


def test_two_parties_bring_a_plan_into_force(chrome: Any, guarded: tuple[str, Settings],
                                             tmp_path: Path) -> None:
    home, settings = guarded
    keys = {"DoT": new_key(), "MIC": new_key()}
    with ExitStack() as open_:
        def enter(party: str, role: str) -> Person:
            desk = open_.enter_context(watched(chrome, home, viewport=SMALL))
            return Person(desk, admit_member(settings, party, f"{role} of {party}", role, 10))

        india, japan = enter("DoT", "admin"), enter("MIC", "admin")
        india.desk.page.click("#tab-plans")
        india.desk.page.fill("[name=name]", "Bay of Bengal")
        india.desk.press("Make it")
        india.desk.page.wait_for_selector("caption:text-is('Parties')")
        india.desk.page.fill("[name=organisation]", japan.organisation)
        india.desk.press("Add")
        india.desk.page.wait_for_selector("tr:has-text('MIC')")
        space = india.desk.page.url
        signers = {party: enter(party, "signatory") for party in keys}
        for party, signer in signers.items():
            signer.see(space)
            signer.desk.page.fill("[name=key]", public_text(keys[party].public_key()))
            signer.desk.press("Register")
            signer.desk.page.wait_for_selector(f"tr:has-text('{party}'):has-text('registered')")

        planner = enter("DoT", "planner")
        planner.see(space.replace("tab=plans", "tab=plans&cable=spur"))
        planner.desk.page.fill("[data-form=plan] [name=title]", "Spur lost")
        planner.desk.page.select_option("[name=country0]", "IN")
        planner.desk.page.select_option("[name=country1]", "LK")
        planner.desk.page.fill("[name=office]", "Control room")
        planner.desk.page.fill("[name=contact]", "card 1")
        planner.desk.press("Draft it")
        planner.state("draft")
        assert "annex" in planner.desk.page.inner_text("#panel")
        planner.desk.press("Compute what it does")
        planner.desk.page.wait_for_selector("caption:text-is('What its failures do')")
        planner.desk.press("Submit for review")
        planner.state("in review")
        planner.desk.picture("plan in review")
        known = proper_names(planner.desk, [
            "DoT", "MIC", "Bay of Bengal", "Spur lost, twice", "Cable SPUR", "Control room",
            "card 1 called"])
        wrong = left_in_either(planner.desk, "plan in review", known)
        plan = planner.desk.page.url

        reviewer = enter("MIC", "reviewer")
        reviewer.see(plan)
        reviewer.desk.page.fill("[name=text]", "One cable is missing")
        reviewer.desk.press("Object")
        reviewer.desk.page.wait_for_selector("td:has-text('One cable is missing'), "
                                             "th:has-text('One cable is missing')")
        reviewer.desk.press("Approve")
        reviewer.desk.page.wait_for_selector("caption:text-is('Objections')", state="detached")

        signers["DoT"].see(plan)
        with signers["DoT"].desk.page.expect_download() as file:
            signers["DoT"].desk.press("Take the version as a file")
        old = signature(file.value.path().read_text(), india.organisation, keys["DoT"])
        planner.see(plan)
        planner.desk.page.evaluate(SLOW)
        planner.desk.page.click(".edit summary")
        text = planner.desk.page.input_value(".edit textarea")
        planner.desk.page.fill(".edit textarea", text.replace('"Spur lost"', '"Spur lost, twice"'))
        planner.desk.press("Save: a draft again, without signatures")
        planner.state("draft")
        planner.desk.press("Compute what it does")
        planner.desk.page.wait_for_selector("caption:text-is('What its failures do')")
        planner.desk.press("Submit for review")
        planner.state("in review")

        signers["DoT"].see(plan)
        signers["DoT"].desk.page.fill(".signing textarea", json.dumps(old))
        signers["DoT"].desk.press("Hand in the signature")
        signers["DoT"].desk.page.wait_for_selector(
            "#notice:has-text('does not fit the version as it stands now')")
        assert signers["DoT"].desk.page.input_value(".signing textarea") == json.dumps(old)
        signers["DoT"].hand_in(keys["DoT"], tmp_path)
        signers["DoT"].desk.page.wait_for_selector("tr:has-text('DoT'):has-text('yes')")
        signers["MIC"].see(plan)
        signers["MIC"].hand_in(keys["MIC"], tmp_path)
        signers["MIC"].state("signed")
        signers["MIC"].desk.press("Bring into force")
        signers["MIC"].state("in force")
        signers["MIC"].desk.picture("plan in force")
        wrong |= left_in_either(signers["MIC"].desk, "plan in force", known)

        planner.see(plan.replace("cable=spur", "cut=76.5,5"))
        planner.desk.press("Begin an exercise")
        planner.desk.page.wait_for_selector(".state:has-text('its clock stands at')")
        # a cable lost as a whole: nobody knows yet where a ship would have to go
        assert "no repair job yet" in planner.desk.page.inner_text("#panel")
        planner.desk.page.fill("[data-form=actual] [name=text]", "card 1 called")
        planner.desk.press("Enter it")
        planner.desk.page.wait_for_selector("table:has(caption:text-is('Log')) "
                                            "td:has-text('card 1 called')")
        # now it is known where: the job is there, though the bay has no ship
        planner.desk.page.get_by_role("button", name="Forecast with what is known now").click()
        planner.desk.page.wait_for_selector("[name=job] option[value=J1]", state="attached")
        planner.desk.press("After-action report")
        planner.desk.page.wait_for_selector(".report")
        wrong |= left_in_either(planner.desk, "exercise", known)
        planner.desk.press("Close it")
        planner.state("closed")
        planner.desk.picture("exercise")
    assert not wrong, wrong
