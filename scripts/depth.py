"""Table and pictures of the pressure beneath the skin: `python -m scripts.depth`.

Solves every leg of the grid in `openpresso.twin.section.table` (some minutes). `--pictures` makes
the pictures alone; `--check` solves a few rows on a coarse mesh, compares them with the stored
ones and exits with 1 when one is more than 0.02 away.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from openpresso.twin import depth
from openpresso.twin.section import table

ROOT: Final = Path(__file__).parents[1]
TABLE: Final = ROOT / "src" / "openpresso" / "twin" / depth.TABLE
PICTURES: Final = ROOT / "docs" / "pictures"
NEAR: Final = 0.02
"""How far a coarse row may lie from the stored one [-]."""
SAMPLE: Final = (("calf", 5.5, 0.15), ("thigh", 8.5, 0.27), ("calf", 3.5, 0.06))
"""Zone, radius [cm] and fat over radius [-] that are solved again."""
COARSE: Final = 40


def check() -> list[str]:
    """Return what a coarse sample finds wrong with the stored table."""
    wrong = []
    for zone, radius, fat_share in SAMPLE:
        for cover in table.COVERS:
            found = table.row(zone, cover, radius, fat_share, COARSE)  # type: ignore[arg-type]
            stored = depth.transmission(zone, radius, fat_share * radius, cover)
            for name in ("skin", "fat", "muscle"):
                new, old = getattr(found, name), float(getattr(stored, name))
                if abs(new - old) > NEAR:
                    wrong.append(f"{zone} {radius:g} cm, fat {fat_share:g}, cover {cover:g}: "
                                 f"{name} {old:.4f} is stored, {new:.4f} is found")  # fmt: skip
    return wrong


def pictures() -> None:
    """Draw both pictures."""
    from openpresso.twin.section import convergence, picture
    from openpresso.twin.section.material import nominal

    runs = [convergence.run(nominal(), around, held=False) for around in convergence.MESHES]
    figure = picture.convergence_picture(runs)
    figure.savefig(PICTURES / "depth-convergence.svg", metadata={"Date": None})
    figure = picture.depth_picture()
    figure.savefig(PICTURES / "depth.png", dpi=200)


def main() -> int:
    """Make all, the pictures alone, or check."""
    if "--check" in sys.argv:
        wrong = check()
        print("\n".join(wrong) or f"{TABLE.name}: as found on {COARSE} nodes, within {NEAR:g}")
        return bool(wrong)
    if "--pictures" not in sys.argv:
        TABLE.write_text(table.written(table.rows()), encoding="utf-8")
        depth.tables.cache_clear()
    pictures()
    return 0


if __name__ == "__main__":
    sys.exit(main())
