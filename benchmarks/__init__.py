"""Speed, measured by ratio against a named peer in the same run.

`python -m benchmarks [NAME…]` runs them and prints Markdown tables with the
machine and the versions; `README.md` keeps the figures as measured.
"""
