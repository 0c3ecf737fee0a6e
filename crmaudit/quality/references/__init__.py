"""How tables may hang together, by names, types and measured columns. Pure: nothing is read here.

`columns` knows the columns, `words` and `tables` their names, `candidates`,
`pairs` and `table_keys` make guesses, `stated` collects what others say, `judge`
weighs a guess against its test on the rows, and `habits` tells from the rows
of some columns where others without values go.
"""
