"""HTML to PDF, with nothing fetched from anywhere."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from openpresso.errors import RecordError

if TYPE_CHECKING:
    from types import ModuleType

REMEDY = "install WeasyPrint with Pango, or make the report without a PDF."


def load() -> ModuleType:
    """Return WeasyPrint, loaded.

    Raises
    ------
    RecordError
        If WeasyPrint or the text library it needs is not installed.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        message = f"the PDF cannot be made: {error}"
        raise RecordError(message, code="no-pdf", remedy=REMEDY) from error
    loaded: ModuleType = weasyprint
    return loaded


def render_pdf(page: str) -> bytes:
    """Return a page of HTML as a PDF.

    Parameters
    ----------
    page
        The page; it must not refer to anything outside itself.

    Returns
    -------
    bytes
        The PDF.

    Raises
    ------
    RecordError
        If WeasyPrint or the text library it needs is not installed.
    """
    weasyprint = load()
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    limits = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)  # a page makes many objects and few cycles
    try:
        made: bytes = weasyprint.HTML(string=page, url_fetcher=nothing).write_pdf()
    finally:
        gc.set_threshold(*limits)
    return made
