"""A study file is read strictly: what it may not say is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cablenet.errors import InputError, UnknownNameError
from cablenet.study.spec import Study, built_in_studies


def test_every_built_in_study_is_valid() -> None:
    for name in built_in_studies():
        assert Study.load(name).name == name


def test_an_unknown_study_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="india-japan"):
        Study.load("india-japna")


@pytest.mark.parametrize(("text", "word"), [
    ("name = 'x'\ntitle = 'X'\n", "focus"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['india']\n", "focus"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\nbudget = 3\n", "budget"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[redundancy]\ncountries = ['TO']\nreach_km = -1\n",
     "reach_km"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[traffic]\nevents = []\n", "events"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[traffic]\nevents = ['a', 'a']\n", "twice"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[traffic]\npairs = 'many'\n", "pairs"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[[worst]]\nk = 0\n", "worst.0.k"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[[worst]]\n[[worst]]\n", "twice"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[[worst]]\nmetric = 'unserved_tbps'\n"
     "curve_to = 3\n", "no curve"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[hardening]\nharden = -1\n", "hardening.harden"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[[routes]]\nstart = 'a'\n", "routes.0.end"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[survival]\navoid = ['china']\n",
     "survival.avoid.0"),
    ("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[survival]\nkeep_km_from_cables = 0\n",
     "survival.keep_km_from_cables"),
    ("name = ", "TOML"),
])
def test_what_is_wrong_in_a_study_file_is_named(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=word):
        Study.load(str(file))


def test_traffic_rules_lie_beside_the_study_file(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[traffic]\nrules = 'r.toml'\n")
    study = Study.load(str(file))
    assert study.traffic is not None
    assert study.traffic.rules == str(tmp_path / "r.toml")


def test_traffic_follows_three_events_where_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text("name = 'x'\ntitle = 'X'\nfocus = ['IN']\n[traffic]\n")
    study = Study.load(str(file))
    assert study.traffic is not None
    assert study.traffic.events == ("bab_el_mandeb", "luzon_strait_earthquake", "versova")
    assert not study.traffic.pairs
