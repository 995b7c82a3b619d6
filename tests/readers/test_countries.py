"""Country names of other people's maps, by the declared table."""

from __future__ import annotations

import pytest

from cablenet.readers.countries import country_code, country_name


@pytest.mark.parametrize(("name", "code"), [
    ("Japan", "JP"), ("Muanda, Congo, Dem. Rep.", "CD"), ("Pointe-Noire, Congo, Rep.", "CG"),
    ("Road Town, Virgin Islands (U.K.)", "VG"), ("St. Croix, VI, United States", "VI"),
    ("Agat, GU, United States", "GU"), ("Seward, AK, United States", "US"),
    ("Tseung Kwan O, China", "HK"), ("Taipa, China", "MO"), ("Shanghai, China", "CN"),
    ("Kralendijk, Bonaire, Sint Eustatius and Saba", "BQ"),
    ("Rupert's Bay, Saint Helena, Ascension and Tristan da Cunha", "SH"),
    ("Longyearbyen, Svalbard, Norway", "NO"), ("Abidjan, CÔTE D’IVOIRE", "CI"),
    ("Pristina, Kosovo", "XK"), ("NA", "NA"), ("Nowhereland", "ZZ"), ("", "ZZ"),
])
def test_the_longest_known_ending_of_a_name_tells_the_country(name: str, code: str) -> None:
    assert country_code(name) == code


def test_codes_have_a_usual_name() -> None:
    assert country_name("CI") == "Côte d'Ivoire"
    assert country_name("ZZ") == "ZZ"
