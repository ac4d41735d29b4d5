"""The picture of a preview in the documents: `python -m scripts.preview_picture`.

It is what `openpresso program preview gradient-drainage --cuff leg-8 --posture sitting -o FILE`
writes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from openpresso.cli.app import execute

PICTURE: Final = Path(__file__).parents[1] / "docs" / "pictures" / "preview.png"
COMMAND: Final = (
    "program", "preview", "gradient-drainage", "--cuff", "leg-8", "--posture", "sitting",
)  # fmt: skip


def main() -> int:
    """Write the picture."""
    return execute([*COMMAND, "-o", str(PICTURE)])


if __name__ == "__main__":
    sys.exit(main())
