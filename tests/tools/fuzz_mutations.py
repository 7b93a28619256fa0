"""Random damage to bytes, WAV headers, JSON, NumPy archives and text, for fuzz_cases.

Every function takes a random.Random, so that its seed gives the same damage again.
"""
import io
import json
import struct
import zipfile

import numpy as np

INTEGERS = (0, -1, 1, 2, 7, 255, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 10 ** 12,
            10 ** 30, -2 ** 63, int("9" * 400))
FLOATS = (0.0, -0.0, 0.5, -1.5, 1e-320, 1e308, float("nan"), float("inf"), -float("inf"))
STRINGS = ("", " ", "\0", "\x1b]0;title\x07\x1b[31m", "\ud800", "가" * 3000, "../../x",
           "/etc/passwd", "-", "--help", "a\nb", "NaN", "\u202eabc", "ㅠㅠ", "x" * 300, "%s%n",
           "{}", "가", "<script>alert(1)</script>", ".", "..", "*", "[a]", "\\")
# Pieces of text: scripts, signs, numbers, and what regular expressions may be slow on.
_PIECES = ("안녕하세요. ", "오늘은 ", "맑다", "ㅋㅋㅋ", "ㅠㅠ", "學校", "々", "Hello ", "KBS", "010-1234-5678",
           "3,600마리", "2018.3.4", "12:34:56", "-3.14", "１２", "½", "5km/h", "$100", "₩5,000", "50%",
           "…", "“", "”", "(", ")", "[", "]", "~", "·", "/", "\\", "\t", "\r", "\0", "\x1b[2J",
           "\u200b", "\u202e", "\ufeff", "\u0301", "😀", "👩‍👩‍👧", "🇰🇷", "ﷺ", "ᄀ", "ᅡ", "ᆨ", "ꥠ",
           "ힰ", "\U000e0041", "ﬃ", "Ⅻ", "℃", "㎢", "㈜", "①", "^^", ":)", "http://a.b/c?d=e&f",
           "a@b.kr", "1/2", "2^10", ",", ".", "?", "!", ";", " ", "  ", "e", "1", "0", "만", "억", "월",
           "일", "시", "분", "마리", "개", "명")


def mutate_bytes(random, data):
    """`data` with one to four random changes."""
    data = bytearray(data)
    for _ in range(random.randint(1, 4)):
        kind = random.randrange(9)
        start = random.randrange(len(data) + 1)
        length = min(random.choice((1, 2, 4, 16, 256)), len(data) - start)
        if kind == 0 and data:
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        elif kind == 1:
            del data[start:]
        elif kind == 2:
            del data[start:start + length]
        elif kind == 3:
            data[start:start] = data[start:start + length] * random.randint(1, 20)
        elif kind == 4:
            data[start:start + length] = _random_bytes(random, length)
        elif kind == 5:
            data[start:start] = _random_bytes(random, random.choice((1, 8, 100, 5000)))
        elif kind == 6:
            data[start:start + length] = random.choice((b"\0", b"\xff")) * length
        elif kind == 7 and len(data) >= 4:
            start = random.randrange(len(data) - 3)
            struct.pack_into("<I", data, start, random.choice(INTEGERS[:10]) & 0xFFFFFFFF)
        else:
            data += data[:random.randrange(len(data) + 1)]
    return bytes(data)


def _random_bytes(random, count):
    return bytes(random.randrange(256) for _ in range(count))


def mutate_wav(random, data):
    """A WAV file with other values in its header (44 bytes), or damaged anywhere."""
    if random.random() < 0.3:
        return mutate_bytes(random, data)
    data = bytearray(data)
    for _ in range(random.randint(1, 3)):
        offset, code = random.choice(((4, "<I"), (16, "<I"), (20, "<H"), (22, "<H"), (24, "<I"),
                                      (28, "<I"), (32, "<H"), (34, "<H"), (40, "<I")))
        mask = 0xFFFFFFFF if code == "<I" else 0xFFFF
        value = random.choice(INTEGERS[:12] + (3, 8, 16, 24, 32, 64, 8000, 44100, 192000, 0xFFFE))
        struct.pack_into(code, data, offset, value & mask)
    return bytes(data)


def random_value(random, depth=0):
    """A random JSON value."""
    kind = random.randrange(8 if depth < 3 else 5)
    if kind == 0:
        return random.choice((None, True, False))
    if kind <= 2:
        return random.choice(INTEGERS)
    if kind == 3:
        return random.choice(FLOATS)
    if kind == 4:
        return random.choice(STRINGS)
    count = random.choice((0, 1, 2, 3, 50))
    if kind == 5:
        return {random.choice(STRINGS): random_value(random, depth + 1) for _ in range(count)}
    return [random_value(random, depth + 1) for _ in range(count)]


def mutate_json(random, content):
    """The bytes of a JSON value with one to three random changes."""
    if random.random() < 0.1:
        return random.choice((
            b"[" * 200000, b'{"a":' * 100000, b"", b"null", b"9" * 10000, b'"\xff"',
            b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b'{"format": 1e999}',
            b"[" + b"1," * 100000 + b"1]"))
    content = json.loads(json.dumps(content))
    for _ in range(random.randint(1, 3)):
        content = _mutate_value(random, content)
    data = json.dumps(content, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
    return mutate_bytes(random, data) if random.random() < 0.15 else data


def _mutate_value(random, content):
    """A JSON value in which something at a random depth is changed."""
    if not isinstance(content, (dict, list)) or not content or random.random() < 0.05:
        return random_value(random)
    keys = sorted(content) if isinstance(content, dict) else list(range(len(content)))
    key = random.choice(keys)
    kind = random.random()
    if kind < 0.1:
        del content[key]
    elif kind < 0.2 and isinstance(content, list):
        content += [content[key]] * random.choice((1, 1000))
    elif kind < 0.2:
        content[random.choice(STRINGS)] = random_value(random)
    elif kind < 0.3 and type(content[key]) in (int, float) and abs(content[key]) < 2 ** 53:
        content[key] = content[key] * random.choice((-1, 0.5, 2, 1000, 10 ** 9))
    else:
        content[key] = _mutate_value(random, content[key])
    return content


def mutate_npz(random, data):
    """A damaged NumPy archive: other types and shapes, headers that lie, members that lack."""
    if random.random() < 0.3:
        return mutate_bytes(random, data)
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        members = [(name, _npy(arrays[name])) for name in arrays.files]
        index = random.randrange(len(members))
        name, array = members[index][0], arrays[arrays.files[index]]
    kind = random.randrange(6)
    if kind == 0:
        del members[index]
    elif kind == 1:
        members.append(random.choice((("../x", b"x"), ("other", b""),
                                      ("other", members[index][1]))))
    elif kind == 2:
        shape = random.choice(((10 ** 12,), (2 ** 31, 2 ** 31), (0,), (-1,), (1,) * 40, (2 ** 63,),
                               (10 ** 9, 80), array.shape + (1,)))
        dtype = random.choice(("<f4", "<f8", "|O", "<U9", "|V8"))
        members[index] = (name, _npy_header(shape, dtype) + members[index][1][128:])
    elif kind == 3:
        members[index] = (name, _npy(_changed_array(random, array)))
    elif kind == 4:
        members[index] = (name, mutate_bytes(random, members[index][1]))
    else:
        members[index] = (name, b"\x80\x04\x95\x00cos\nsystem\n(S'touch pickled'\ntR.")
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) \
            as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name + ".npy"), content)
    return output.getvalue()


def _changed_array(random, array):
    kind = random.randrange(7)
    if kind == 0:
        return array.astype(random.choice((np.float64, np.int8, np.complex64, np.float16,
                                           np.bool_)))
    if kind == 1:
        return np.asarray(array).reshape(-1)[:random.choice((0, 1, array.size // 2))]
    if kind == 2:
        return array.T if array.ndim > 1 else array[None]
    if kind == 3:
        with np.errstate(over="ignore"):
            return np.float32(random.choice(FLOATS))
    if kind == 4:
        return np.concatenate([np.atleast_1d(array)] * 3)
    array = np.array(array)
    if array.size:
        values = (np.nan, np.inf, 1e30, -1e30) if array.dtype.kind == "f" else (0, 1, 100)
        array.reshape(-1)[random.randrange(array.size)] = random.choice(values)
    return array


def _npy(array):
    output = io.BytesIO()
    np.save(output, array, allow_pickle=False)
    return output.getvalue()


def _npy_header(shape, dtype):
    text = "{'descr': %r, 'fortran_order': False, 'shape': %r, }" % (dtype, shape)
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("ascii")


def random_text(random):
    """A text of a few lines, seldom very long."""
    lines = []
    for _ in range(random.choice((1, 1, 2, 5))):
        pieces = [random.choice(_PIECES) for _ in range(random.randint(0, 30))]
        if random.random() < 0.2:
            pieces += [random.choice(_PIECES)] * random.choice((30, 300, 3000))
        if random.random() < 0.1:
            pieces += [chr(random.choice((random.randrange(1, 0xD800), random.randrange(0xE000,
                       0x110000)))) for _ in range(30)]
        random.shuffle(pieces)
        lines.append("".join(pieces))
    return random.choice(("\n", "\n", "\r\n", "\n\n")).join(lines) + random.choice(("\n", ""))


def random_text_bytes(random):
    """A text file in UTF-8, or in what a user may have instead."""
    text, kind = random_text(random), random.random()
    if kind < 0.8:
        return text.encode("utf-8", "surrogatepass")
    if kind < 0.9:
        return mutate_bytes(random, text.encode("utf-8", "surrogatepass"))
    encoding = random.choice(("utf-8-sig", "utf-16", "cp949", "euc-kr", "latin-1"))
    return text.encode(encoding, "replace")
