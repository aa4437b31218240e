"""What an upload is, by its content: its name and its announced type are a stranger's words. It is decoded whole, within bounds."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final, NamedTuple

from PIL import Image, UnidentifiedImageError

from penstock.content.pictures.inflating import inflates_to_its_pixels
from penstock.content.pictures.stripping import Broken, stripped

SIZE: Final = 5_000_000
"""Octets of a picture."""
SIDE: Final = 10_000
"""Pixels, of its width and of its height."""
PIXELS: Final = 40_000_000
"""Of all its frames together: a small file may announce more than any memory holds."""
FRAMES: Final = 500

KINDS: Final = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}
"""Each kind with its media type and the end of its name."""
_ORIENTATION = 0x0112


class PictureError(ValueError):
    """What was uploaded cannot be shown as a picture; the text says why, and what to do."""


class PictureTooLarge(PictureError):
    """It has more octets than a picture may have."""


class Judged(NamedTuple):
    """A picture that can be shown. `data` is without metadata."""

    media_type: str
    width: int
    height: int
    data: bytes


def judge(data: bytes) -> Judged:
    """Return what `data` is, stripped. Raises PictureTooLarge, PictureError."""
    if len(data) > SIZE:
        raise PictureTooLarge(
            f"It has {len(data):,} bytes, and a picture may have {SIZE:,}. Make it smaller: a letter shows some 1,200 pixels across."
        )
    kind = _kind(data)
    with _decoding(), Image.open(BytesIO(data), formats=[kind]) as opened:
        _bounded(opened)
        up = opened.getexif().get(_ORIENTATION, 1) if kind == "JPEG" else 1
        clean = stripped(data, kind, orientation=up if isinstance(up, int) else 1)
    with _decoding(), Image.open(BytesIO(clean), formats=[kind]) as opened:
        _bounded(opened)
        if kind == "PNG":
            inflates_to_its_pixels(
                clean, 2 * PIXELS
            )  # the picture shown where nothing moves is none of the frames
        for frame in range(getattr(opened, "n_frames", 1)):
            opened.seek(frame)
            opened.load()
        return Judged(KINDS[kind][0], opened.width, opened.height, clean)


def _kind(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if b"<svg" in data[:2000].lower():
        raise PictureError(
            "SVG is not taken: it may hold programs, and few mail readers show it. Export it as PNG."
        )
    raise PictureError("This is no PNG, JPEG, GIF or WebP. Save it as one of these.")


def _bounded(picture: Image.Image) -> None:
    """Raise PictureError for what would take too much to decode; only its head was read so far."""
    width, height = picture.size
    if max(width, height) > SIDE:
        raise PictureError(
            f"It is {width:,} × {height:,} pixels, and no side may have more than {SIDE:,}. Scale it down."
        )
    if width * height > PIXELS:
        raise PictureError(
            f"It is {width:,} × {height:,} pixels, and may have {PIXELS:,} in all. Scale it down."
        )
    frames = getattr(picture, "n_frames", 1)
    if frames > FRAMES or width * height * frames > PIXELS:
        raise PictureError(
            f"It has {frames:,} frames of {width:,} × {height:,} pixels; there may be {FRAMES} frames, and {PIXELS:,} pixels in all."
            " Scale it down, or shorten it."
        )


@contextmanager
def _decoding() -> Iterator[None]:
    """Say of whatever a decoder stumbles upon that the picture is broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(
            f"It has more pixels than the {PIXELS:,} that are possible. Scale it down."
        ) from None
    except Exception as error:  # a decoder may raise anything for bytes that were made to break it
        raise PictureError(f"It cannot be decoded: {_trouble(error)}. Save it anew.") from error


def _trouble(error: Exception) -> str:
    """In our words: a decoder's are about its insides."""
    if isinstance(error, Broken):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "its head is damaged"
    return "it ends before it is complete" if "truncated" in str(error) else "it is damaged"
