"""A datasheet: what a model is, how well it does, and what it took.

as_markdown, as_html, as_json  the three formats
sections      what it says, of blocks (sections, tables, facts, lines): the same for the first two
owner, quality, served, energy  the sections
fairness, target  metrics of parts of the data; what latency is held against
speech, printed  words that recur; figures as they are printed, and parsed
reading       figures read back from tables
"""

from footprint.emitters.datasheet.as_html import HTML
from footprint.emitters.datasheet.as_json import JSON
from footprint.emitters.datasheet.as_markdown import MARKDOWN

__all__ = ["HTML", "JSON", "MARKDOWN"]
