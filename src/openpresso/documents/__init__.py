"""Files that people write: read strictly, with the line of every value, checked against a model.

The field types for such models are in `openpresso.documents.fields`, which needs pydantic; what is
here does not, so that a program that only names a file starts at once.
"""

from openpresso.documents.document import (
    Document,
    load_document,
    located,
    parse_document,
    validate,
)
from openpresso.documents.strict_yaml import path_of, step

__all__ = ["Document", "load_document", "located", "parse_document", "path_of", "step", "validate"]
