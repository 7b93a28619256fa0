"""Training a vocoder on mels that a Tacotron 2 predicts: train_vocoder.py --gta."""
import glob
import os
import shutil

import numpy as np
import pytest
from conftest import train

from common.errors import InputError
from datasets import batches
from datasets.store import GtaStore, load_store

QUIET = ("--hparams", "eval_interval=100")


def read_gta_mels(folder):
    """{path within gta/: bytes} of every predicted mel."""
    mels = {}
    for path in glob.glob(os.path.join(str(folder), "gta", "*", "*.npy")):
        with open(path, "rb") as file:
            mels[os.path.relpath(path, os.path.join(str(folder), "gta"))] = file.read()
    return mels


@pytest.fixture(scope="module")
def gta_vocoder(stores, trained, tmp_path_factory):
    """A vocoder trained for one step on predicted mels of the speakers `two` and `one`."""
    folder = tmp_path_factory.mktemp("gta") / "vocoder"
    train("vocoder", stores[::-1], folder, "--preset", "tiny", "--gta", trained["tacotron"],
          "--steps", 1, *QUIET)
    return str(folder)


def test_predicted_mels_have_the_shape_of_the_recorded_ones_and_other_values(stores, gta_vocoder):
    for number, folder in enumerate(stores[::-1]):
        store = load_store(folder)
        predicted = GtaStore(store, os.path.join(gta_vocoder, "gta", str(number)))
        for row in store.utterances:
            mel = predicted.load_mel(row)
            assert mel.shape == store.load_mel(row).shape
            assert np.abs(mel - store.load_mel(row)).mean() > 0.01
            np.testing.assert_array_equal(predicted.load_example(row).audio,
                                          store.load_example(row).audio)


def test_batches_contain_the_predicted_mels(stores, gta_vocoder, hp):
    store = load_store(stores[1])
    predicted = GtaStore(store, os.path.join(gta_vocoder, "gta", "0"))
    row = store.utterances[0]
    hp = hp.replace(wavenet_segment_length=row.samples)
    batch = batches.make_audio_batch([batches.BatchItem(predicted, row, 0, [])], hp, 0,
                                     np.random.RandomState(1))
    np.testing.assert_array_equal(batch.mel[0], predicted.load_mel(row))


def test_mels_depend_on_the_speakers_name_and_missing_ones_are_predicted_again(
        stores, trained, gta_vocoder, tmp_path):
    """The mels are the same if --data is in another order, and after half of them are deleted."""
    train("vocoder", stores, tmp_path / "run", "--preset", "tiny", "--gta", trained["tacotron"],
          "--steps", 1, *QUIET)
    mels = read_gta_mels(tmp_path / "run")
    reordered = {os.path.join({"0": "1", "1": "0"}[name[0]], name[2:]): data
                 for name, data in read_gta_mels(gta_vocoder).items()}
    # rounding depends on the batch
    assert mels.keys() == reordered.keys()
    for name in mels:
        np.testing.assert_allclose(np.frombuffer(mels[name][128:], np.float32),
                                   np.frombuffer(reordered[name][128:], np.float32), atol=1e-4)
    for name in sorted(mels)[::2]:
        os.remove(str(tmp_path / "run" / "gta" / name))
    train("vocoder", stores, tmp_path / "run", "--steps", 2)        # --gta need not be repeated
    assert read_gta_mels(tmp_path / "run") == mels


@pytest.mark.parametrize("damage,message", [
    (lambda path: open(path, "wb").close(), "cannot be read"),
    (lambda path: np.save(path, np.zeros([3, 20], np.float32)), "(3, 20)"),
    (lambda path: np.save(path, np.array(["pickled", None], object)), "cannot be read")])
def test_a_damaged_mel_is_reported_with_its_path(stores, tmp_path, damage, message):
    store = load_store(stores[0])
    predicted, row = GtaStore(store, str(tmp_path)), store.utterances[0]
    predicted.save_mel(row, store.load_mel(row))
    path, = glob.glob(str(tmp_path / "*.npy"))
    damage(path)
    with pytest.raises(InputError) as refusal:
        predicted.load_example(row)
    assert message in str(refusal.value) and path in str(refusal.value)


def test_runs_of_the_same_name_in_other_voices_are_not_confused(
        stores, trained, gta_vocoder, tmp_path):
    shutil.copytree(trained["tacotron"], str(tmp_path / "voices" / "b" / "tacotron"))
    with pytest.raises(InputError, match="is trained on the mels of"):
        train("vocoder", stores[::-1], gta_vocoder, "--steps", 1, "--gta",
              str(tmp_path / "voices" / "b" / "tacotron"))


def test_a_run_that_does_not_fit_is_refused(stores, trained, gta_vocoder, tmp_path):
    for folder, options, message in (
            (gta_vocoder, ("--gta", str(tmp_path / "other")), "delete"),
            (tmp_path / "a", ("--preset", "tiny", "--gta", trained["vocoder"]), "train_vocoder"),
            (tmp_path / "b", ("--preset", "tiny", "--gta", str(tmp_path / "none")), "none")):
        with pytest.raises(InputError) as refusal:
            train("vocoder", stores[::-1], folder, "--steps", 2, *options)
        assert message in str(refusal.value)


def test_a_speaker_that_the_tacotron_does_not_know_is_reported_as_an_error_of_gta(
        stores, trained, tmp_path):
    shutil.copytree(stores[0], str(tmp_path / "store"))
    manifest = tmp_path / "store" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"one"', '"three"'),
                        encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        train("vocoder", [str(tmp_path / "store")], tmp_path / "run", "--preset", "tiny",
              "--gta", trained["tacotron"], "--steps", 1)
    assert str(refusal.value) == ("--gta %s: has no speaker three, as %s has; its speakers are "
                                  "one, two" % (trained["tacotron"], tmp_path / "store"))
