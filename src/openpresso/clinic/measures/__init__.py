"""Measurements: what is measured, with which error, by whom, and what is asked when it looks wrong.

`kind` reads what can be measured, `measurement` keeps what was, `rater` knows the error of each
person who measures, `photograph` keeps pictures that only the practice's key opens.
"""
