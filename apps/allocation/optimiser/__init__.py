"""The allocation as arithmetic: which projects, at which level, within which limits. Knows no Django.

model.py    the instance and the plan, plain dataclasses
build.py    the instance as one sparse matrix
solve.py    the best plan, its bound and its gap
check.py    whether a plan keeps every limit, in whole numbers, without the matrix
explain.py  why infeasible, why not this project, what would more be worth
"""
