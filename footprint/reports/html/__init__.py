"""A report as one page of its own, and as PDF.

page       the report's page: summary, contents, sections with their charts, the JSON
plain      pages of estimates and comparisons
blocks     tables, lists and facts as HTML
frame      what is around a page: head, policy, style, script
pdf        the same on paper
embedded   the report's JSON inside its page
page.css, page.js, paper.css
"""
