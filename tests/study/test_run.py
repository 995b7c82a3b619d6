"""The built-in study runs end to end on the atlas and its summary agrees with its tables."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from cablenet.maps.vendored import is_vendored
from cablenet.study import Study, StudyResult, run_study


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    if not is_vendored():
        pytest.skip("MapLibre is not set up; run python -m cablenet.maps.vendor")
    out = tmp_path_factory.mktemp("study") / "out"
    return run_study(Study.load("india-japan"), out=out)


def test_every_promised_file_is_there(result: StudyResult) -> None:
    names = {path.name for path in result.files}
    assert {"report.html", "map.png", "summary.json", "results.gpkg", "scores.parquet"} <= names
    assert all(path.stat().st_size > 1000 for path in result.files)


def test_the_report_asks_nothing_of_the_outside(result: StudyResult) -> None:
    page = (result.out / "report.html").read_text(encoding="utf-8")
    for word in ('src="http', "src='http", 'href="http://', "@import", "url(http"):
        assert word not in page


def test_the_worst_cable_of_the_summary_is_the_worst_of_the_table(result: StudyResult) -> None:
    summary = json.loads((result.out / "summary.json").read_text(encoding="utf-8"))
    scores = pd.read_parquet(result.out / "scores.parquet")
    cables = scores[scores["kind"] == "cable"]
    worst = summary["worst"]["cable"]["with_mesh"]
    assert worst["isolated_people"] == pytest.approx(cables["isolated_people"].max())
    assert summary["worst"]["cable"]["without_mesh"]["name"]


def test_worst_cases_and_hardening_are_told_drawn_and_laid_down(result: StudyResult) -> None:
    names = {path.name for path in result.files}
    worst = result.summary["worst_cases"]
    assert len(worst) == 2 and all(one["status"] == "optimal" and one["checked"]
                                   for one in worst.values())
    for key in worst:
        assert {f"map-{key}.png", f"{key}.parquet"} <= names
    page = (result.out / "report.html").read_text(encoding="utf-8")
    assert all(f'id="{key}-attacks"' in page for key in worst) and 'id="hardening"' in page
    plan = result.summary["plans"]["hardening"]
    assert plan["after"]["objective"] < plan["before"]["objective"]


def test_plans_are_checked_and_say_how_good_they_are(result: StudyResult) -> None:
    for plan in result.summary["plans"].values():
        assert plan["checked"] is True
        assert plan["status"] in ("optimal", "feasible")
        assert plan["bound"] <= plan["objective"] + 1e-6


def test_no_country_of_the_promise_falls_to_one_cable_afterwards(result: StudyResult) -> None:
    analysis = result.analysis
    assert analysis.redundancy is not None and analysis.cables_after is not None
    codes = [analysis.net.country_index(code) for code in analysis.redundancy.countries]
    after = analysis.cables_after.parts["isolated"].country["isolated"]
    assert not after[:, codes].any()
    assert len(analysis.cables_after) > len(analysis.cables)
