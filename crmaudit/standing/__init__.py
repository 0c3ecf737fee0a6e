"""How an organisation stands: what all rooms tell, put together as plain values.

Series of indicators, figures that history keeps, facts by which levels of
maturity are earned.
"""
