"""Pictures as they come in: recognised by their content, made anew without what they carry along.

A photograph from a telephone tells where and when it was taken, and with what. It is decoded and
encoded again, so that nothing but the picture itself is kept.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from openpresso.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST: Final = 20_000_000
"""Largest file that is taken [bytes]."""
MOST_PIXELS: Final = 60_000_000
"""Most pixels that are decoded; a small file can expand to gigabytes."""
LONGEST_EDGE: Final = 3000
SMALL_EDGE: Final = 320
QUALITY: Final = 90
BEGINNINGS: Final = {"JPEG": (0, b"\xff\xd8\xff"), "PNG": (0, b"\x89PNG\r\n\x1a\n"),
                     "WEBP": (8, b"WEBP")}  # fmt: skip


def clean(content: bytes) -> tuple[bytes, bytes]:
    """Return a picture and its small copy as JPEG, without anything that came with it.

    Parameters
    ----------
    content
        A file of JPEG, PNG or WebP.

    Raises
    ------
    InputError
        If it is too large, or no such picture.
    """
    if len(content) > LARGEST:
        size = f"{len(content) / 1e6:.1f} MB; allowed are {LARGEST / 1e6:.0f} MB"
        raise InputError.one("photograph", "file-too-large", size, hint="Take it smaller.")
    picture = _decoded(content, sniff(content))
    picture.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    small = picture.copy()
    small.thumbnail((SMALL_EDGE, SMALL_EDGE))
    return _encoded(picture), _encoded(small)


def sniff(content: bytes) -> str:
    """Return what a file is by how it begins; its name says nothing.

    Raises
    ------
    InputError
        If it is none of the three.
    """
    for form, (at, mark) in BEGINNINGS.items():
        if content[at : at + len(mark)] == mark:
            return form
    message = "this is no picture; allowed are JPEG, PNG and WebP"
    raise InputError.one("photograph", "not-a-picture", message, hint="Choose a photograph.")


def _decoded(content: bytes, form: str) -> Image:
    """Return the pixels of a picture, upright."""
    import warnings

    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # size is judged here, and metadata is thrown away
            picture = Image.open(io.BytesIO(content), formats=[form])
            pixels = picture.width * picture.height
            small = pixels <= MOST_PIXELS
            upright = ImageOps.exif_transpose(picture).convert("RGB") if small else picture
    except Exception as error:  # a decoder of others' files may fail in any way
        message = f"the picture cannot be read: {error}"
        raise InputError.one("photograph", "not-a-picture", message) from error
    if not small:
        message = f"{pixels / 1e6:.0f} million pixels; allowed are {MOST_PIXELS / 1e6:.0f}"
        raise InputError.one("photograph", "too-many-pixels", message, hint="Take it smaller.")
    return upright


def _encoded(picture: Image) -> bytes:
    """Return a picture as a file with nothing but its pixels in it."""
    from PIL import Image

    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
