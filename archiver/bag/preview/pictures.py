"""Pictures for a page that loads nothing: small ones as they are, larger ones made smaller, as `data:` addresses.

What a file is, its bytes say, not its name or its type: JPEG, PNG, GIF or WebP, read by Pillow. An SVG is a document,
and is never taken.
"""

import io
import warnings
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

KEPT = 160 << 10
"""Bytes of a file that is shown as it is."""
LARGEST = 32 << 20
"""Bytes of a file that is read at all."""
PIXELS = 60_000_000
"""Of a picture that is decoded."""
_ORIENTATION = 0x0112
_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that a page holds: its `data:` address, its width and height in pixels; `reduced` whether it was made
    smaller than its file."""

    source: str
    width: int
    height: int
    reduced: bool


def photo(data: bytes, *, widest: int = 1200, kept: int = KEPT) -> Picture | None:
    """The photo that a file holds, at most so wide; None where it is none that is read. Never raises for what is in
    it."""
    return _picture(data, widest=widest, tallest=4 * widest, kept=kept)


def top_of(data: bytes, *, widest: int = 640) -> Picture | None:
    """The upper part of a picture of a whole page, one and a quarter as tall as it is wide; None as for `photo`."""
    return _picture(data, widest=widest, tallest=widest * 5 // 4, kept=0)


def _picture(data: bytes, *, widest: int, tallest: int, kept: int) -> Picture | None:
    if not 0 < len(data) <= LARGEST:
        return None
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=tuple(_TYPES)) as image:
                width, height = image.size
                if width * height > PIXELS or not width or not height:
                    return None
                upright = image.getexif().get(_ORIENTATION, 1) in (0, 1)
                if len(data) <= kept and upright and getattr(image, "n_frames", 1) == 1:
                    image.load()
                    return Picture(source=_address(_TYPES[image.format or ""], data), width=width, height=height,
                                   reduced=False)  # fmt: skip
                return _reduced(image, widest, tallest)
    except Exception:  # noqa: BLE001 - the adapter of Pillow, whose readers raise anything for a damaged file
        return None


def _reduced(image: Any, widest: int, tallest: int) -> Picture:
    from PIL import Image, ImageOps

    image.draft("RGB", (widest, widest))
    upright = ImageOps.exif_transpose(image)
    width, height = upright.size
    scale = min(1.0, widest / width)
    shown = upright.crop((0, 0, width, min(height, max(1, int(tallest / scale)))))
    size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
    plain = shown.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    ground = Image.new("RGB", size, "white")
    ground.paste(plain, mask=plain.getchannel("A"))
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=72, optimize=True, progressive=True)
    return Picture(source=_address("image/jpeg", out.getvalue()), width=size[0], height=size[1], reduced=True)


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode('ascii')}"
