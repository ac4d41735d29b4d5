"""JSON merge patches (RFC 7396): what changed between two snapshots, and how to take it in.

A merge patch says "this member is gone" with null. So a member that is null and a member that is
absent mean the same here: nothing known. Lists are replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Document: TypeAlias = "dict[str, Any]"
"""A JSON object."""


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> Document:
    """Return the merge patch that leads from one document to another.

    Parameters
    ----------
    old, new
        JSON objects. They are not changed, and the patch shares parts of `new`.

    Returns
    -------
    dict
        Empty when nothing changed.
    """
    patch: Document = {}
    for name, value in new.items():
        before = old.get(name)
        # The type is compared too: 1, 1.0 and true are equal in Python and not in JSON.
        if type(value) is type(before) and value == before:
            continue
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            inner = difference(before, value)
            if inner:
                patch[name] = inner
        else:
            patch[name] = value
    for name, value in old.items():
        if name not in new and value is not None:
            patch[name] = None
    return patch


def merged(document: Mapping[str, Any], patch: Mapping[str, Any]) -> Document:
    """Return a document after a patch.

    Where RFC 7396 removes a member, it is kept with the value `None`, so that a reader need not
    tell "null" from "absent".

    Parameters
    ----------
    document
        JSON object; it is not changed.
    patch
        A merge patch.

    Returns
    -------
    dict
        The new document; parts that did not change are shared with the old one.
    """
    result = dict(document)
    for name, value in patch.items():
        if isinstance(value, Mapping):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[name] = value
    return result
