"""Pictures, tables and checklist of the build guide: written, or checked to be true.

`python -m scripts.build_pictures` writes them from docs/build/*.yaml, `--check` compares them and
exits with 1 when one is not true any more. With the file of a cuff of your own it prints its
ratings: `python -m scripts.build_pictures my-cuff.yaml`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from scripts.build_figures import Ratings, air, power
from scripts.build_pneumatics import pneumatic_picture
from scripts.build_tables import BLOCKS, checklist
from scripts.build_wiring import wiring_picture

ROOT: Final = Path(__file__).parents[1]
NOTE: Final = "<!-- Made from docs/build/checks.yaml by `make reference`; change that. -->\n\n"
GUIDE: Final = "docs/how-to/build-a-cuff.md"
BLOCK: Final = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def guide() -> str:
    """Return the guide with every block between its marks as it must be."""
    written = (ROOT / GUIDE).read_text(encoding="utf-8")
    return BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found[2]]()}\n{found[3]}", written)


FILES: Final[Mapping[str, Callable[[], str]]] = {
    "docs/build/pneumatics.svg": pneumatic_picture,
    "docs/build/wiring.svg": wiring_picture,
    "docs/build/checklist.md": lambda: NOTE + checklist(),
    GUIDE: guide,
}
"""What is made, by its place in the tree."""


def ratings_of(path: str) -> str:
    """Return the ratings of a cuff in a file, one on each line."""
    from openpresso import cuff

    one, ratings = cuff.load(path), Ratings.read()
    found = asdict(air(one, ratings)) | asdict(power(one, ratings))
    return "".join(f"{name.replace('_', ' ')}: {value}\n" for name, value in found.items())


def main() -> None:
    """Write or check everything that is made."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] != "--check":
        print(ratings_of(arguments[0]), end="")
        return
    stale = []
    for name, make in FILES.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not arguments:
            path.write_text(text, encoding="utf-8")
            print(f"written: {name}")
    if arguments and stale:
        print(f"not true any more: {', '.join(stale)}; run make reference")
        sys.exit(1)


if __name__ == "__main__":
    main()
