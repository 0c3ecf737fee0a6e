"""SQL as text: its words in every dialect, and scripts cut into statements.

Dialects are named as `DIALECTS` of `crmaudit/crud_matrix/sql/names.py` names
them. What the statements mean is told there.
"""
