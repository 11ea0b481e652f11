"""The EU AI Act's documentation: what the ledger and the sheet file can say of energy and compute.

form          the items, one literal list
filled        what a view says to each of them: energies, times, stated
methodology   how an energy came about, in about 100 words
as_text       Markdown, to be copied into the form
as_json       `footprint.eu-ai-act/1`
"""

from footprint.emitters.eu_ai_act.as_json import EU_AI_ACT_JSON
from footprint.emitters.eu_ai_act.as_text import EU_AI_ACT

__all__ = ["EU_AI_ACT", "EU_AI_ACT_JSON"]
