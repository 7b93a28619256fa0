"""The chance that samples are drawn with: a function of (key, sample), and of nothing else.

So an utterance never depends on what else is in its batch, on threads, or on the pieces that it is
made in. Philox4x32-10 (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3", 3.3).
"""
import hashlib

import numpy as np

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def make_key(seed, symbols):
    """A key of 64 bits, from a seed and the ids of what is said."""
    said = "%d: %s" % (seed, " ".join(str(int(symbol)) for symbol in symbols))
    return int.from_bytes(hashlib.sha256(said.encode("ascii")).digest()[:8], "little")


def uniform(key, first, count, width):
    """float64 [count, width] in (0, 1), of the samples from `first` on."""
    blocks = -(-width // 4)
    sample = np.arange(first, first + count, dtype=np.uint64)[:, None]
    block = np.arange(blocks, dtype=np.uint64)[None, :]
    zero = np.zeros([count, blocks], np.uint64)
    words = philox4x32(zero + (sample & _LOW), zero + (sample >> _HALF), zero + block, zero, key)
    bits = np.stack(words, -1).reshape(count, 4 * blocks)[:, :width]
    return (bits.astype(np.float64) + 0.5) / 2.0 ** 32


def philox4x32(c0, c1, c2, c3, key):
    """Four words of 32 bits, as uint64 arrays, for the counter of four such words."""
    k0, k1 = key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF
    for _ in range(_ROUNDS):
        even, odd = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = ((odd >> _HALF) ^ c1 ^ np.uint64(k0), odd & _LOW,
                          (even >> _HALF) ^ c3 ^ np.uint64(k1), even & _LOW)
        k0, k1 = k0 + _WEYL[0] & 0xFFFFFFFF, k1 + _WEYL[1] & 0xFFFFFFFF
    return c0, c1, c2, c3
