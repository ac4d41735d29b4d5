"""The register map of a cuff as data: what any Modbus master can read and write.

All are holding registers, so that function code 23 writes the commands and reads the state in one
go. A value of two registers has its high word first, a text two ASCII characters in a register,
padded with zeros. Bit `i` of a mask, and entry `i` of a block, belong to chamber `i + 1`. Pressures
are held within the range of their type. Reading changes nothing, so several masters may read.
"""

from .guard import INVALID, LEASE_TICKS
from .regulator import SEAL, VENT

MAP_VERSION = (1, 0)
"""Major, minor: equal majors work together, different majors refuse each other. A minor version
adds registers and fault bits; it never moves or redefines one."""

MOST_CHAMBERS = 24
"""Per-chamber blocks have room for so many; the entries past the cuff's own chambers read 0."""

(
    LEASE, OVER_PRESSURE, TIME_AT_PRESSURE, FROZEN, RANGE, JUMPS,
    NO_FALL, NO_RISE, NO_HOLD, ZERO, PUMP, SELF_TEST, STOPPED, RESTARTED,
) = (1 << bit for bit in range(14))  # fmt: skip
"""Fault masks."""

FAULTS = tuple(
    (len(bin(mask)) - 3, name, text)
    for mask, name, text in (
        (LEASE, "lease", f"The station was silent for {LEASE_TICKS * 5} ms"),
        (OVER_PRESSURE, "over-pressure", "A chamber rose above its limit"),
        (TIME_AT_PRESSURE, "time-at-pressure", "A chamber was compressed for too long"),
        (FROZEN, "sensor-frozen", "A pressure sensor does not change"),
        (RANGE, "sensor-range", "A pressure sensor gives no valid reading"),
        (JUMPS, "sensor-jump", "A pressure sensor jumps"),
        (NO_FALL, "does-not-fall", "A chamber stays up with its exhaust open"),
        (NO_RISE, "does-not-rise", "A chamber does not rise with its inlet open"),
        (
            NO_HOLD,
            "cannot-hold",
            "A chamber needs too much air to hold: a leak or a drifting sensor",
        ),
        (ZERO, "zero-off", "A vented chamber does not read zero"),
        (PUMP, "pump-stuck", "The pump runs although it is off"),
        (SELF_TEST, "self-test", "The cuff did not pass its self-test at power-on"),
        (STOPPED, "stopped-at-cuff", "The cuff's stop button or its vent register was used"),
        (RESTARTED, "restarted", "The cuff was switched on and not reset since"),
    )
)
"""Fault bits of a cuff: bit of the mask, name, text. Bits latch until the cuff is reset."""

TYPES = (("u16", 1), ("i16", 1), ("u32", 2), ("bits32", 2), ("text", 1))
"""Types of values and the registers that each takes; of a text, that each two characters take."""

BLOCKS = (
    (0, "Identity", "Which cuff this is. It does not change while the cuff has power."),
    (100, "State", "What the cuff measures and does: read in every period."),
    (
        200,
        "Commands",
        (
            "What the station asks for: written in every period, in one request that begins at"
            " `lease`. While a lease runs, the cuff obeys its holder alone and answers others with"
            " exception 6."
        ),
    ),
    (300, "Counters", "What wears and what went wrong, kept without power."),
    (
        500,
        "Care",
        (
            "Calibration and cleaning, kept without power. Written while no lease runs; else"
            " exception 6."
        ),
    ),
    (600, "Service", "Acts. Any master may vent; a reset while a lease runs gets exception 6."),
)
"""First address, title and purpose of each block; one request reads a whole block."""

REGISTERS = (
    (0, "map-major", 1, "u16", "", 1, "r", "Major version of this map"),
    (1, "map-minor", 1, "u16", "", 1, "r", "Minor version of this map"),
    (2, "chambers", 1, "u16", "", 1, "r", "Number of chambers"),
    (8, "cuff-type", 12, "text", "", 1, "r", "Catalog name of the cuff, such as leg-8"),
    (20, "serial", 12, "text", "", 1, "r", "Serial number"),
    (32, "firmware", 12, "text", "", 1, "r", "Name and version of the firmware"),
    (100, "ticks", 1, "u32", "tick", 1, "r", "Ticks of 5 ms since power came; wraps at 2**30"),
    (102, "faults", 1, "bits32", "", 1, "r", "Fault bits; any of them keeps the cuff vented"),
    (104, "fault-chamber", 1, "u16", "", 1, "r", "Chamber whose fault was the first, 0 for none"),
    (105, "lease-left", 1, "u16", "ms", 1, "r", "Time for which the lease still runs"),
    (106, "holder", 1, "u16", "", 1, "r", "Number of the station that holds the lease, 0 for none"),
    (107, "pump-duty", 1, "u16", "%", 1, "r", "Duty of the pump now"),
    (108, "dump-open", 1, "u16", "", 1, "r", "1 while the dump valve is told to be open"),
    (110, "pump-given", 1, "u32", "% tick", 1, "r", "Sum of the duty of all ticks; wraps at 2**30"),
    (112, "inlets-open", 1, "bits32", "", 1, "r", "Inlet valves that are told to be open"),
    (114, "exhausts-open", 1, "bits32", "", 1, "r", "Exhaust valves that are told to be open"),
    (116, "pressures", 24, "i16", "mmHg", 100, "r", f"Readings; {INVALID} for no valid one"),
    (140, "inlet-ticks", 24, "u16", "tick", 1, "r", "Ticks with its inlet open; wraps"),
    (164, "exhaust-ticks", 24, "u16", "tick", 1, "r", "Ticks with its exhaust open; wraps"),
    (200, "lease", 1, "u16", "", 1, "rw",
     f"The station's number: takes or renews a lease of {LEASE_TICKS * 5} ms; + 32768 ends it"),
    (201, "ceiling", 1, "u16", "mmHg", 100, "rw", "Highest pressure allowed now"),
    (202, "enabled", 1, "bits32", "", 1, "rw", "Chambers that may be filled; others are vented"),
    (204, "set-points", 24, "i16", "mmHg", 100, "rw",
     f"{VENT} vents and disables, {SEAL} closes both valves, 0 holds at zero"),
    (300, "powered", 1, "u32", "h", 100, "r", "Time for which the cuff had power"),
    (302, "pumped", 1, "u32", "h", 100, "r", "Time for which the pump ran"),
    (304, "trips", 1, "u32", "", 1, "r", "Times that the guard vented the cuff"),
    (306, "leases-lost", 1, "u32", "", 1, "r", "Times that the lease ran out"),
    (308, "late-ticks", 1, "u32", "", 1, "r", "Ticks that began more than 1 ms late"),
    (310, "longest-tick", 1, "u32", "us", 1, "r", "Longest time that a tick took since power came"),
    (312, "requests", 1, "u32", "", 1, "r", "Requests that were answered"),
    (314, "bad-frames", 1, "u32", "", 1, "r", "Frames that were not understood"),
    (316, "inlet-cycles", 24, "u32", "", 1, "r", "Openings of each inlet valve"),
    (364, "exhaust-cycles", 24, "u32", "", 1, "r", "Closings of each exhaust valve"),
    (500, "used", 1, "u16", "", 1, "rw", "1 since the cuff was filled after its last cleaning"),
    (502, "cleaned-on", 1, "u32", "", 1, "rw", "Date of the last cleaning, yyyymmdd; 0: never"),
    (504, "calibrated-on", 1, "u32", "", 1, "rw", "Date of the last calibration, yyyymmdd"),
    (506, "calibrated-by", 12, "text", "", 1, "rw", "Who calibrated it"),
    (518, "zeros", 24, "i16", "mmHg", 100, "rw", "Added to a reading after its span"),
    (542, "spans", 24, "u16", "", 10000, "rw", "A raw reading is multiplied by it; 0.9 to 1.1"),
    (600, "reset", 1, "u16", "", 1, "rw", "1 forgets the faults; the cuff stays vented, unleased"),
    (601, "vent", 1, "u16", "", 1, "rw", "1 vents at once, whoever holds the lease, until a reset"),
)  # fmt: skip
"""Address, name, count of values, type, unit, register counts in one unit, access, meaning.
Addresses below 700 that are not listed read 0, so that an older cuff answers a newer station."""

ADDRESSES = 700
"""Every address below this can be read."""
