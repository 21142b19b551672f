"""The codes of countries: ISO 3166-1 alpha-2."""

from __future__ import annotations

from typing import Final

_ISO_3166: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
# Kosovo has signs but no code of its own; this one, from those for private use, is usual.
COUNTRIES: Final = frozenset((*_ISO_3166.split(), "XK"))

_HABITS: Final = {"UK": "GB", "EL": "GR", "USA": "US"}
"""What people write for a country -> its code."""


def likely_country(text: str) -> str:
    """The code, if there is one, that was meant by a text that is none.

    Codes that merely look alike are of other countries, so likeness says nothing here.
    """
    capitals = text.upper()
    return _HABITS.get(capitals, capitals)
