"""Messages: what clients are told, when they have agreed to it, and how it leaves the house.

A message is queued in the transaction of what it tells about, so that neither is without the
other. `deliver` sends what is due; no text carries anything about health.
"""
