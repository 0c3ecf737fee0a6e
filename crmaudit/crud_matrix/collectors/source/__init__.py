"""Application source read for what it does to tables.

    walk ─► syntax ─► tree ─► evaluate ─► findings ─► account
    (files) (trees.py,  (one form   (strings,   (statements,  (Code)
            python.py)   for all)    receivers)  acts, models)

Each language's own parser makes a tree; all come into the one small form of
`tree`. What follows knows no language but for the frameworks of `frameworks`.
"""
