"""The machine and the versions that a table was measured with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("openpresso", "numpy", "numba", "scipy", "scikit-sundae", "pyarrow", "weasyprint")


def machine() -> dict[str, str]:
    """Return the processor, its cores, the system and the versions."""
    import llvmlite.binding  # type: ignore[import-untyped]

    return {
        "processor": _processor(),
        "compiled for": str(llvmlite.binding.get_host_cpu_name()),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    """Return the model that the kernel names."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
