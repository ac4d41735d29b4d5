"""The pages that are made from the product are true."""

from __future__ import annotations

import pytest

from scripts.reference import FOLDER, PAGES, text_of


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_product_is_true(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert text_of(name) == written, "run make reference"
