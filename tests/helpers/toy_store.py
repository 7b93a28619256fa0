"""Create an artificial store that a tiny network learns to align within minutes.

    python tests/helpers/toy_store.py --out /tmp/toy [--count 300] [--shuffled]

Each jamo has its own spectrum and lasts for a random number of frames. With --shuffled, each mel
has the text of another utterance.
"""
import argparse
import os
import sys
import unicodedata

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

import korean
from common import files
from common.hparam_set import create_hparams
from datasets import store
from datasets.store_builder import preparation_settings

SYLLABLES = [initial + vowel for initial in "ᄀᄂᄃᄅᄆᄇᄉᄌ" for vowel in "ᅡᅥᅩᅮᅵ"]
MIN_SYLLABLES, MAX_SYLLABLES = 4, 7     # of a text
MIN_FRAMES, MAX_FRAMES = 4, 8           # of a jamo


def make_store(folder, count=300, shuffled=False, preset="tiny", seed=1):
    """Write the store. The same arguments give the same store."""
    hp, random = create_hparams(preset), np.random.RandomState(seed)
    os.makedirs(os.path.join(folder, store.EXAMPLES_FOLDER))
    table = random.uniform(-0.7, 0.7, [len(korean.SYMBOLS), hp.n_mels]) * hp.max_abs_value
    texts = ["".join(random.choice(SYLLABLES, random.randint(MIN_SYLLABLES, MAX_SYLLABLES + 1)))
             for _ in range(count)]
    rows = []
    for number, text in enumerate(texts):
        ids = np.array(korean.to_ids(text)[:-1])        # the end symbol has no frames
        durations = random.randint(MIN_FRAMES, MAX_FRAMES + 1, size=len(ids))
        mel = np.repeat(table[ids], durations, axis=0)
        mel = (mel + 0.1 * random.standard_normal(mel.shape)).astype(np.float32)
        name = os.path.join(store.EXAMPLES_FOLDER, "%04d.npz" % number)
        with files.atomic_write(os.path.join(folder, name)) as file:
            np.savez(file, mel=mel, audio=np.zeros(len(mel) * hp.hop_length, np.float32))
        jamo = texts[(number + 1) % count] if shuffled else text
        transcript = unicodedata.normalize("NFC", jamo)
        rows.append(store.ManifestRow("%04d" % number, transcript, transcript, jamo, len(mel),
                                      len(mel) * hp.hop_length, name, "toy"))
    store.write_manifest(folder, store.Manifest(
        store.MANIFEST_FORMAT, hp.audio_settings(), preparation_settings(hp), list(korean.SYMBOLS),
        korean.TextNormalizer().as_dict(), "toy", rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, help="folder of the store; must not exist")
    parser.add_argument("--count", type=int, default=300, help="number of utterances (300)")
    parser.add_argument("--shuffled", action="store_true",
                        help="pair each mel with the text of another utterance")
    options = parser.parse_args()
    make_store(options.out, options.count, options.shuffled)


if __name__ == "__main__":
    main()
