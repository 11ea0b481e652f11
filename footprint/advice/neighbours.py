"""The zones that are tried where none is named: those near, of the same kind.

A cloud region's are its provider's other regions; a state's or province's those of its country; a
country's those whose grid a line connects with its own, which is roughly where one can go without
leaving the continent. The lines only say which zones are tried first: no figure rests on them, and
they were not checked row by row against a published list [unverified].
"""

from __future__ import annotations

from footprint.estimators import cloud
from footprint.estimators._regions import regions
from footprint.estimators.zones import Zone

#: Pairs of countries with a line between them, most of them in Europe.
_LINES = """
AUT-CHE AUT-CZE AUT-DEU AUT-HUN AUT-ITA AUT-SVN BEL-DEU BEL-FRA BEL-GBR BEL-NLD BGR-GRC BGR-ROU
BGR-SRB BGR-TUR CAN-USA CHE-DEU CHE-FRA CHE-ITA CZE-DEU CZE-POL CZE-SVK DEU-DNK DEU-FRA DEU-LUX
DEU-NLD DEU-NOR DEU-POL DEU-SWE DNK-GBR DNK-NLD DNK-NOR DNK-SWE ESP-FRA ESP-MAR ESP-PRT EST-FIN
EST-LVA FIN-NOR FIN-SWE FRA-GBR FRA-ITA GBR-IRL GBR-NLD GBR-NOR GRC-ITA GRC-TUR HRV-HUN HRV-SRB
HRV-SVN HUN-ROU HUN-SRB HUN-SVK HUN-SVN ITA-SVN LTU-LVA LTU-POL LTU-SWE MEX-USA NLD-NOR NOR-SWE
POL-SVK POL-SWE ROU-SRB
"""


def neighbours(zone: Zone) -> tuple[str, ...]:
    """Codes of the zones to try for work in this one; empty where none are known."""
    if zone.cloud:
        provider = zone.cloud.partition(":")[0]
        found = [each.code for each in cloud.regions().values() if each.provider == provider]
    elif zone.region:
        found = [f"{country}-{code}" for country, code in regions().values()]
        found = [code for code in found if code.startswith(f"{zone.country}-")]
    else:
        pairs = [line.split("-") for line in _LINES.split()]
        found = [other for pair in pairs if zone.country in pair for other in pair]
    return tuple(sorted(set(found) - {zone.code}))
