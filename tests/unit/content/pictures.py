"""Pictures made for tests, with everything in them that a camera or a program may leave behind."""

from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

SECRET = b"GPS-48.8584N-2.2945E"


def drawn(width: int = 40, height: int = 30) -> Image.Image:
    """A picture whose upper left corner is red."""
    picture = Image.new("RGB", (width, height), "#20a0c0")
    picture.paste((200, 0, 0), (0, 0, width // 4, height // 4))
    return picture


def saved(kind: str, picture: Image.Image | None = None, **given: Any) -> bytes:
    file = BytesIO()
    (picture or drawn()).save(file, kind, **given)
    return file.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    told = Image.Exif()
    told[0x010E] = SECRET.decode()  # ImageDescription
    told[0x0112] = orientation
    return told


def telling(kind: str, **given: Any) -> bytes:
    """A picture of this kind that tells SECRET in every way that Pillow writes, and behind its end."""
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", SECRET.decode())
        texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        made = saved("PNG", pnginfo=texts, exif=exif(), dpi=(300, 300), **given)
    elif kind == "GIF":
        frames = [drawn().rotate(90 * n) for n in range(1, 3)]
        made = saved(
            "GIF", save_all=True, append_images=frames, loop=0, duration=100, comment=SECRET, **given
        )
    elif kind == "WEBP":
        made = saved("WEBP", exif=exif(), xmp=SECRET, lossless=True, **given)
    else:
        made = saved("JPEG", exif=exif(), comment=SECRET, xmp=SECRET, quality=90, **given)
    assert SECRET in made
    return made + SECRET
