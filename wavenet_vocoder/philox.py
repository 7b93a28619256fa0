"""Random numbers as a function of (key, sample index) and of nothing else.

Philox4x32-10 (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3).
A counter-based generator makes the noise of an utterance independent of the batch, of the threads
and of the split into chunks.
"""
import hashlib

import numpy as np

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW_WORD, _WORD_BITS = np.uint64(0xFFFFFFFF), np.uint64(32)


def make_key(seed, symbol_ids):
    """A 64-bit key from a seed and the symbol ids of a text."""
    text = "%d: %s" % (seed, " ".join(str(int(symbol_id)) for symbol_id in symbol_ids))
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:8], "little")


def uniform(key, first_sample, n_samples, width):
    """float64 [n_samples, width] in (0, 1), for `n_samples` samples from `first_sample` on."""
    blocks = -(-width // 4)
    sample = np.arange(first_sample, first_sample + n_samples, dtype=np.uint64)[:, None]
    block = np.arange(blocks, dtype=np.uint64)[None, :]
    zero = np.zeros([n_samples, blocks], np.uint64)
    words = philox4x32(zero + (sample & _LOW_WORD), zero + (sample >> _WORD_BITS), zero + block,
                       zero, key)
    bits = np.stack(words, -1).reshape(n_samples, 4 * blocks)[:, :width]
    return (bits.astype(np.float64) + 0.5) / 2.0 ** 32


def philox4x32(c0, c1, c2, c3, key):
    """Four random 32-bit words, as uint64 arrays, for the counter words c0 … c3."""
    k0, k1 = key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF
    for _ in range(_ROUNDS):
        product0, product1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = ((product1 >> _WORD_BITS) ^ c1 ^ np.uint64(k0), product1 & _LOW_WORD,
                          (product0 >> _WORD_BITS) ^ c3 ^ np.uint64(k1), product0 & _LOW_WORD)
        k0, k1 = k0 + _WEYL[0] & 0xFFFFFFFF, k1 + _WEYL[1] & 0xFFFFFFFF
    return c0, c1, c2, c3
