"""The cuff's own control law, guard and register map: plain integers, no imports from outside.

Pressures are integers of 1/100 mmHg, times are ticks of 5 ms (200 Hz), pump duty is per cent. The
same files run on the cuff's microcontroller (MicroPython), inside the twin (numba) and in the
tests (CPython); integers below 2**30 make their decisions agree bit for bit.
"""
