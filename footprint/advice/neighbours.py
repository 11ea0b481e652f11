"""The zones that are tried where none is named: those near, of the same kind.

A cloud region's are its provider's other regions; a state's or province's those of its country; a
country's those whose grid a line connects with its own, which is roughly where one can go without
leaving the continent. A region whose country has no figures by region, a Swedish bidding zone, has
its country's. The lines only say which zones are tried first: no figure rests on them.

The lines of Europe are those of the zones with cross-border flows in the transparency platform of
ENTSO-E, as EnergieID/entsoe-py lists them (entsoe/mappings.py, `NEIGHBOURS`, commit 005b867),
brought to countries, without those to Russia and Belarus. Not in that list: DEU-LUX, which are one
zone there, and ESP-MAR, CAN-USA and MEX-USA [unverified].
"""

from __future__ import annotations

from footprint.estimators import cloud
from footprint.estimators._regions import regions
from footprint.estimators.zones import Zone

#: Pairs of countries with a line between them, most of them in Europe.
_LINES = """
ALB-GRC ALB-MNE ALB-SRB AUT-CHE AUT-CZE AUT-DEU AUT-HUN AUT-ITA AUT-SVN BEL-DEU BEL-FRA BEL-GBR
BEL-NLD BGR-GRC BGR-MKD BGR-ROU BGR-SRB BGR-TUR BIH-HRV BIH-MNE BIH-SRB CAN-USA CHE-DEU CHE-FRA
CHE-ITA CZE-DEU CZE-POL CZE-SVK DEU-DNK DEU-FRA DEU-LUX DEU-NLD DEU-NOR DEU-POL DEU-SWE DNK-GBR
DNK-NLD DNK-NOR DNK-SWE ESP-FRA ESP-MAR ESP-PRT EST-FIN EST-LVA FIN-NOR FIN-SWE FRA-GBR FRA-ITA
GBR-IRL GBR-NLD GBR-NOR GRC-ITA GRC-MKD GRC-TUR HRV-HUN HRV-SRB HRV-SVN HUN-ROU HUN-SRB HUN-SVK
HUN-SVN HUN-UKR ITA-MLT ITA-MNE ITA-SVN LTU-LVA LTU-POL LTU-SWE MEX-USA MKD-SRB MNE-SRB NLD-NOR
NOR-SWE POL-SVK POL-SWE POL-UKR ROU-SRB ROU-UKR SVK-UKR
"""


def neighbours(zone: Zone) -> tuple[str, ...]:
    """Codes of the zones to try for work in this one; empty where none are known."""
    found: list[str] = []
    if zone.cloud:
        provider = zone.cloud.partition(":")[0]
        found = [each.code for each in cloud.regions().values() if each.provider == provider]
    elif zone.region:
        found = [f"{country}-{code}" for country, code in regions().values()]
        found = [code for code in found if code.startswith(f"{zone.country}-")]
    if not found:
        pairs = [line.split("-") for line in _LINES.split()]
        found = [other for pair in pairs if zone.country in pair for other in pair]
    return tuple(sorted(set(found) - {zone.code, zone.country}))
