"""Mels that a Tacotron2 predicts, for a vocoder to learn from: train_vocoder.py --gta."""
import glob
import os

import numpy as np
import pytest

from common.errors import InputError
from conftest import train
from datasets import batches
from datasets.store import GtaStore, load_store

QUIET = ("--hparams", "eval_interval=100")


def mels(folder):
    """{path within gta/: bytes} of every predicted mel."""
    found = {}
    for path in glob.glob(os.path.join(str(folder), "gta", "*", "*.npy")):
        with open(path, "rb") as file:
            found[os.path.relpath(path, os.path.join(str(folder), "gta"))] = file.read()
    return found


@pytest.fixture(scope="module")
def learnt(stores, trained, tmp_path_factory):
    """A vocoder that has learnt a step from predicted mels of the speakers `two` and `one`."""
    folder = tmp_path_factory.mktemp("gta") / "vocoder"
    train("vocoder", stores[::-1], folder, "--preset", "tiny", "--gta", trained["tacotron"],
          "--steps", 1, *QUIET)
    return str(folder)


def test_every_utterance_has_a_mel_of_its_frames_that_is_not_the_recordings(stores, learnt):
    for number, folder in enumerate(stores[::-1]):
        store = load_store(folder)
        predicted = GtaStore(store, os.path.join(learnt, "gta", str(number)))
        for row in store.utterances:
            mel = predicted.load_mel(row)
            assert mel.shape == store.load_mel(row).shape
            assert np.abs(mel - store.load_mel(row)).mean() > 0.01
            np.testing.assert_array_equal(predicted.load_example(row).audio, store.load_example(row).audio)


def test_the_vocoder_is_fed_with_them(stores, learnt, hp):
    store = load_store(stores[1])
    predicted = GtaStore(store, os.path.join(learnt, "gta", "0"))
    row = store.utterances[0]
    fed = batches.make_audio_batch([batches.BatchItem(predicted, row, 0, [])],
                              hp.replace(wavenet_segment_length=row.samples), 0, np.random.RandomState(1))
    np.testing.assert_array_equal(fed.mel[0], predicted.load_mel(row))


def test_speakers_are_told_apart_by_name_and_what_is_missing_is_made_again(
        stores, trained, learnt, tmp_path):
    """The same mels in another order of --data, and after half of them are lost."""
    train("vocoder", stores, tmp_path / "run", "--preset", "tiny", "--gta", trained["tacotron"],
          "--steps", 1, *QUIET)
    made = mels(tmp_path / "run")
    exchanged = {os.path.join({"0": "1", "1": "0"}[name[0]], name[2:]): data
                 for name, data in mels(learnt).items()}
    # in other batches the last bit of a sum may be another
    assert made.keys() == exchanged.keys()
    for name in made:
        np.testing.assert_allclose(np.frombuffer(made[name][128:], np.float32),
                                   np.frombuffer(exchanged[name][128:], np.float32), atol=1e-4)
    for name in sorted(made)[::2]:
        os.remove(str(tmp_path / "run" / "gta" / name))
    train("vocoder", stores, tmp_path / "run", "--steps", 2)        # --gta is known to the run
    assert mels(tmp_path / "run") == made


@pytest.mark.parametrize("damage,says", [
    (lambda path: open(path, "wb").close(), "cannot be read"),
    (lambda path: np.save(path, np.zeros([3, 20], np.float32)), "(3, 20)"),
    (lambda path: np.save(path, np.array(["pickled", None], object)), "cannot be read")])
def test_a_damaged_mel_is_named(stores, tmp_path, damage, says):
    store = load_store(stores[0])
    predicted, row = GtaStore(store, str(tmp_path)), store.utterances[0]
    predicted.save_mel(row, store.load_mel(row))
    path, = glob.glob(str(tmp_path / "*.npy"))
    damage(path)
    with pytest.raises(InputError) as refusal:
        predicted.load_example(row)
    assert says in str(refusal.value) and path in str(refusal.value)


def test_what_does_not_fit_is_refused(stores, trained, learnt, tmp_path):
    for folder, options, says in (
            (learnt, ("--gta", str(tmp_path / "other")), "delete"),
            (tmp_path / "a", ("--preset", "tiny", "--gta", trained["vocoder"]), "train_vocoder"),
            (tmp_path / "b", ("--preset", "tiny", "--gta", str(tmp_path / "none")), "none")):
        with pytest.raises(InputError) as refusal:
            train("vocoder", stores[::-1], folder, "--steps", 2, *options)
        assert says in str(refusal.value)
