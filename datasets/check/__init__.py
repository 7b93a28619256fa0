"""Finds defects of a corpus or an example store: `python -m datasets check`.

measurements of each recording → duplicates → findings → report as text, JSON and HTML
"""
