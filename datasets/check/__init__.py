"""What is wrong in a corpus or store: `python -m datasets check`.

reading → measures of each recording → copies among them → findings → report as text, JSON, page.
"""
