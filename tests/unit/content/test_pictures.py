"""What an upload is, and what of it is kept: the pixels, exactly, and nothing that it tells beside them."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from penstock.content.pictures import judging
from penstock.content.pictures.judging import PictureError, PictureTooLarge, judge
from penstock.content.pictures.stripping import Broken, stripped
from tests.examples import examples
from tests.unit.content.pictures import SECRET, drawn, exif, saved, telling

KINDS = ("PNG", "JPEG", "GIF", "WEBP")


def frames(data: bytes) -> list[bytes]:
    """Every frame's pixels."""
    with Image.open(BytesIO(data)) as opened:
        found = []
        for n in range(getattr(opened, "n_frames", 1)):
            opened.seek(n)
            found.append(opened.convert("RGBA").tobytes())
        return found


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_goes_and_every_pixel_stays(kind: str) -> None:
    before = telling(kind)
    found = judge(before)
    assert SECRET not in found.data
    assert b"Exif" not in found.data
    assert frames(found.data) == frames(before)
    assert (found.media_type, found.width, found.height) == (judging.KINDS[kind][0], 40, 30)
    assert judge(found.data).data == found.data


@pytest.mark.parametrize("progressive", [True, False])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_keeps_which_side_is_up(orientation: int, progressive: bool) -> None:
    before = saved("JPEG", exif=exif(orientation), progressive=progressive, restart_marker_rows=1)
    found = judge(before).data
    assert SECRET not in found
    with Image.open(BytesIO(before)) as was, Image.open(BytesIO(found)) as now:
        assert now.getexif().get(0x0112, 1) == orientation
        assert len(now.getexif()) == (orientation != 1)
        assert ImageOps.exif_transpose(now).tobytes() == ImageOps.exif_transpose(was).tobytes()


def test_a_colour_profile_and_an_animation_stay() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("PNG", "JPEG", "WEBP"):
        with Image.open(BytesIO(judge(saved(kind, icc_profile=profile)).data)) as now:
            assert now.info["icc_profile"] == profile
    for kind in ("GIF", "WEBP", "PNG"):
        more = [drawn().rotate(90), drawn().rotate(180)]
        with Image.open(
            BytesIO(judge(saved(kind, save_all=True, append_images=more, loop=0, duration=80)).data)
        ) as now:
            assert (now.n_frames, now.info["loop"]) == (3, 0)


def test_what_is_no_picture_is_refused_with_what_to_do() -> None:
    with pytest.raises(PictureError, match=r"SVG is not taken.*Export it as PNG"):
        judge(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    for data in (b"", b"hello", b"%PDF-1.7", b"BM" + b"\0" * 60, saved("TIFF"), saved("BMP")):
        with pytest.raises(PictureError, match="no PNG, JPEG, GIF or WebP"):
            judge(data)


def test_a_small_file_that_announces_much_is_refused_before_it_is_decoded() -> None:
    def bomb(width: int, height: int) -> bytes:
        head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
            for name, content in chunks
        )

    for width, height in ((20_000, 10), (9_000, 9_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(PictureError, match=r"pixels|decoded"):
            judge(bomb(width, height))
    with pytest.raises(PictureTooLarge, match=r"5,000,001 bytes.*5,000,000"):
        judge(b"\x89PNG\r\n\x1a\n" + bytes(4_999_993))
    many = [drawn(600, 600).rotate(n) for n in range(150)]
    with pytest.raises(PictureError, match="150 frames of 600 × 600"):
        judge(saved("GIF", drawn(600, 600), save_all=True, append_images=many))


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(packed: bytes, *more: bytes, width: int = 10, height: int = 10, interlaced: int = 0) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlaced))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more[:1]) + chunk(b"IDAT", packed) + b"".join(more[1:]) + chunk(b"IEND", b"")  # fmt: skip


def test_what_is_packed_is_the_pixels_and_no_more() -> None:
    """Whoever shows it unpacks it: ten pixels must not become gigabytes in a mail reader."""
    rows = 10 * 11
    assert judge(png(zlib.compress(bytes(rows)))).width == 10
    assert judge(png(zlib.compress(bytes(120)), interlaced=1)).width == 10
    with pytest.raises(PictureError, match="ends before"):
        judge(png(zlib.compress(bytes(119)), interlaced=1))
    for surplus in (1, 100_000, 50_000_000):
        for interlaced, size in ((0, rows), (1, 120)):
            with pytest.raises(PictureError, match="unpacks to more than its pixels"):
                judge(png(zlib.compress(bytes(size + surplus)), interlaced=interlaced))


def test_a_frame_is_its_pixels_and_no_more() -> None:
    def animated(second: bytes) -> bytes:
        control = [struct.pack(">IIIIIHHBB", number, 10, 10, 0, 0, 1, 10, 0, 0) for number in (0, 1)]
        begin = chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", control[0])
        frame = chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(second))
        return png(zlib.compress(bytes(110)), begin, chunk(b"fcTL", control[1]), frame)

    assert judge(animated(bytes(110))).height == 10
    with pytest.raises(PictureError, match="unpacks to more than its pixels"):
        judge(animated(bytes(10_000_000)))


def test_every_way_to_pack_a_picture_is_measured() -> None:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        for size in ((1, 1), (7, 3), (1000, 700)):
            assert judge(saved("PNG", Image.new(mode, size))).width == size[0]


def test_what_cannot_be_decoded_is_told_in_our_words() -> None:
    for data in (
        b"\xff\xd8\xff" + bytes(30),
        b"\x89PNG\r\n\x1a\n" + bytes(30),
        b"GIF89a" + bytes(3),
        saved("JPEG")[:-200],
    ):
        with pytest.raises(
            PictureError, match=r"^It cannot be decoded: (its head|it ends|it is|a marker)"
        ) as told:
            judge(data)
        assert "BytesIO" not in str(told.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_cut_off_anywhere_is_refused(kind: str) -> None:
    whole = judge(saved(kind)).data
    for length in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        with pytest.raises(PictureError):
            judge(whole[:length])


@settings(max_examples=examples(100), deadline=None)
@given(kind=st.sampled_from(KINDS), at=st.integers(0, 10_000), octets=st.binary(min_size=1, max_size=8))
def test_whatever_the_bytes_there_is_an_answer(kind: str, at: int, octets: bytes) -> None:
    whole = telling(kind)
    place = at % len(whole)
    try:
        judge(whole[:place] + octets + whole[place + len(octets) :])
    except PictureError:
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_without_structure_are_broken(kind: str) -> None:
    head = saved(kind)[:20]
    with pytest.raises(Broken):
        stripped(head, kind)
