"""Pictures."""

import io
import struct
import zlib

from PIL import Image


def small(format):
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(target, format)
    return target.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, *chunks):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def claims(width, height, whole=False):
    """A PNG that says it has so many points; with `whole`, it has them."""
    data = b"\xff" * ((width * 3 + 1) * height) if whole else b"\0" * 1000
    return png(width, height, chunk(b"IDAT", zlib.compress(data, 1)))


def text_bomb():
    """A comment of 200 MB in a picture of a few points."""
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * (200 * 2**20), 9))
    return png(4, 4, text, chunk(b"IDAT", zlib.compress(b"\0" * 13 * 4)))
