"""Ogg pages with a fixed serial number (RFC 3533, section 6).

libsndfile draws the number at random, so that the same audio would have other bytes each time.
"""
import struct

SERIAL = 1
_HEADER_BYTES = 27


def renumber(pieces):
    """Yield the bytes of `pieces` of an Ogg file, page by page, with the serial number SERIAL."""
    rest = b""
    for piece in pieces:
        rest += piece
        pages = []
        while len(rest) >= _HEADER_BYTES:
            n_segments = rest[_HEADER_BYTES - 1]
            sizes = rest[_HEADER_BYTES:_HEADER_BYTES + n_segments]
            size = _HEADER_BYTES + n_segments + sum(sizes)
            if len(sizes) < n_segments or len(rest) < size:
                break
            pages.append(_renumber_page(rest[:size]))
            rest = rest[size:]
        if pages:
            yield b"".join(pages)
    if rest:
        yield rest


def _renumber_page(page):
    """bytes 14 to 17 are the serial number, 22 to 25 the checksum."""
    page = page[:14] + struct.pack("<I", SERIAL) + page[18:22] + bytes(4) + page[26:]
    return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


def checksum(data):
    """CRC-32 with the polynomial 0x04C11DB7, not reflected, starting at 0."""
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _TABLE[crc >> 24 ^ byte]
    return crc


def _table_entry(value):
    value <<= 24
    for _ in range(8):
        value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


_TABLE = [_table_entry(byte) for byte in range(256)]
