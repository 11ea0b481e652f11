"""A datasheet: what a model is, how well it does, and what it took.

as_markdown  in Markdown
"""

from footprint.emitters.datasheet.as_markdown import MARKDOWN

__all__ = ["MARKDOWN"]
