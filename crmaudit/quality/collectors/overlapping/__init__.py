"""Several systems' records of one entity beside each other, in one engine.

rows         reads rows of a source into a table of the engine
holding      who holds an entity, opened and read one after the other
things       what came of the matching: things, sets, pairs, coverage
agreement    what two systems say of one attribute
keys         columns by which one system names the other's records
unlinked     rows that belong to customers whom another system does not know
identifier   entities compared by an identifier that both keep
"""
