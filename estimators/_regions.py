"""States and provinces whose names alone say where they are: ISO 3166-2 codes and names.

The states of the United States with the District of Columbia, the provinces and territories of
Canada, the provinces of China's mainland but Tibet: those that codecarbon 3.3 has rows of. Georgia
is a country first (`zones.resolve_zone`).
"""

from __future__ import annotations

from functools import cache

_TABLE = """\
USA: AK Alaska; AL Alabama; AR Arkansas; AZ Arizona; CA California; CO Colorado; CT Connecticut;
DC District of Columbia; DE Delaware; FL Florida; GA Georgia; HI Hawaii; IA Iowa; ID Idaho; IL
Illinois; IN Indiana; KS Kansas; KY Kentucky; LA Louisiana; MA Massachusetts; MD Maryland; ME
Maine; MI Michigan; MN Minnesota; MO Missouri; MS Mississippi; MT Montana; NC North Carolina; ND
North Dakota; NE Nebraska; NH New Hampshire; NJ New Jersey; NM New Mexico; NV Nevada; NY New York;
OH Ohio; OK Oklahoma; OR Oregon; PA Pennsylvania; RI Rhode Island; SC South Carolina; SD South
Dakota; TN Tennessee; TX Texas; UT Utah; VA Virginia; VT Vermont; WA Washington; WI Wisconsin; WV
West Virginia; WY Wyoming

CAN: AB Alberta; BC British Columbia; MB Manitoba; NB New Brunswick; NL Newfoundland and Labrador;
NS Nova Scotia; NT Northwest Territories; NU Nunavut; ON Ontario; PE Prince Edward Island; QC
Quebec; SK Saskatchewan; YT Yukon

CHN: AH Anhui; BJ Beijing; CQ Chongqing; FJ Fujian; GD Guangdong; GS Gansu; GX Guangxi; GZ
Guizhou; HA Henan; HB Hubei; HE Hebei; HI Hainan; HL Heilongjiang; HN Hunan; JL Jilin; JS Jiangsu;
JX Jiangxi; LN Liaoning; NM Inner Mongolia; NX Ningxia; QH Qinghai; SC Sichuan; SD Shandong; SH
Shanghai; SN Shaanxi; SX Shanxi; TJ Tianjin; XJ Xinjiang; YN Yunnan; ZJ Zhejiang
"""


@cache
def regions() -> dict[str, tuple[str, str]]:
    """English name -> (alpha-3 of the country, code of the region)."""
    found: dict[str, tuple[str, str]] = {}
    for block in _TABLE.split("\n\n"):
        country, _, rows = block.partition(":")
        for entry in " ".join(rows.split()).split("; "):
            code, _, name = entry.partition(" ")
            found[name] = (country, code)
    return found
