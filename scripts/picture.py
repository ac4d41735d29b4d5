"""Draw the README's picture: the two pages of the report of a real run, side by side.

Run as `python -m scripts.picture`; it needs `pdftoppm` (Debian: poppler-utils).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from openpresso.station import RunRequest, deliver

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "report.png"
DENSITY = 96
"""[dots per inch]"""
GAP = 16
PAPER = "#c8ced4"


def main() -> None:
    """Deliver gradient-drainage with seed 7 and save its report as one picture."""
    with tempfile.TemporaryDirectory() as folder:
        summary = deliver(RunRequest("gradient-drainage", seed=7, out=Path(folder) / "record"))
        pages = Path(folder) / "page"
        command = ["pdftoppm", "-r", str(DENSITY), "-png", str(summary.report), str(pages)]
        subprocess.run(command, check=True)
        images = [Image.open(path) for path in sorted(Path(folder).glob("page-*.png"))]
        width = sum(image.width for image in images) + GAP * (len(images) + 1)
        height = max(image.height for image in images) + 2 * GAP
        sheet = Image.new("RGB", (width, height), PAPER)
        left = GAP
        for image in images:
            sheet.paste(image, (left, GAP))
            left += image.width + GAP
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(128).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
