"""Outcomes: did it change, does it last, for one client and for the clinic; never a p-value.

`verdict`, `trend`, `relapse`, `weibull`, `pooled`, `mixed` and `regression` are pure statistics;
`kept` holds one derived row for each course, kind and side; `client` and `clinic` answer.
"""
