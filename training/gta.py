"""The mels that a trained Tacotron2 predicts for a vocoder's examples: ground-truth aligned, --gta.

Each decoder step sees the true frame before it, so that the mels lie on their recordings frame by
frame (arXiv 1712.05884, section 2.4). They are made once and kept in the vocoder's run:

    gta/gta.json    the run that predicts, and the step of its weights
    gta/0/*.npy     the mels of the first --data (datasets.predicted)
"""
import os
import shutil

import numpy as np
from tqdm import tqdm

import korean
from common import files
from common.errors import InputError
from datasets import batches
from datasets.predicted import Predicted
from nn import compat
from nn.compat import tf
from tacotron2 import reduction
from tacotron2.decoder import noise_channels
from tacotron2.network import Targets, tacotron2
from tacotron2.training_graph import placeholders
from training import checkpoint
from training import run_folder


def predicted(run, stores, folder):
    """The stores with the mels that the Tacotron2 in `folder` predicts for them.

    Where `folder` is None: with those that the vocoder `run` has learnt from so far, or the stores
    as they are. Raises InputError where those are of another Tacotron2, or it does not fit.
    """
    known = _known(run)
    if not (folder or known):
        return stores
    folder = folder or known["run"]
    if known and _name(known["run"]) != _name(folder):
        raise InputError("--gta %s: %s learns from the mels of %s; delete %s to have them predicted "
                         "anew" % (folder, run.folder, known["run"], os.path.join(run.folder, "gta")))
    found = [Predicted(store, os.path.join(run.folder, "gta", str(number)))
             for number, store in enumerate(stores)]
    if not all(store.has(row) for store in found for row in store.utterances):
        _predict(run_folder.load_run(folder, "tacotron"), folder, run, found)
    print("the mels to learn from are predicted by %s, step %d" % (folder, _known(run)["step"]))
    return found


def _name(folder):
    return os.path.basename(os.path.abspath(folder))


def _known(run):
    """What gta.json tells, or None where there is none."""
    path = os.path.join(run.folder, "gta", "gta.json")
    if not os.path.exists(path):
        return None
    stored = files.read_json(path)
    if not (isinstance(stored, dict) and isinstance(stored.get("run"), str) and
            type(stored.get("step")) is int):
        raise InputError("%s: should hold a run and a step; delete its folder to have the mels "
                         "predicted anew" % path)
    return stored


def _predict(tacotron, folder, run, stores):
    """Write the mels that are missing; all of them, where the weights are no longer the same."""
    run_folder.require_same_audio_settings(tacotron, run)
    speakers = [tacotron.speaker_id(store.speaker) for store in stores]
    items = [batches.Item(store, row, speaker, korean.to_ids(row.jamo))
             for store, speaker in zip(stores, speakers) for row in store.utterances]
    items.sort(key=lambda item: item.row.frames)
    size = tacotron.hp.batch_size
    # always the same batches, whatever was made before: a sum is rounded by the batch it is in
    together = [items[i:i + size] for i in range(0, len(items), size)]
    with tf.Graph().as_default():
        predict = _predictor(tacotron)
        with compat.session() as session:
            step = checkpoint.restore_trained_weights(session, tacotron)
            if (_known(run) or {}).get("step") != step:
                shutil.rmtree(os.path.join(run.folder, "gta"), ignore_errors=True)
                files.write_json(run.path("gta", "gta.json"), {"run": folder, "step": step})
            for store in stores:
                os.makedirs(store.predictions, exist_ok=True)
            with tqdm(total=len(items), unit="mel", desc="predicting") as bar:
                for batch in together:
                    if not all(item.store.has(item.row) for item in batch):
                        for item, mel in zip(batch, predict(session, batch)):
                            item.store.keep(item.row, mel)
                    bar.update(len(batch))


def _predictor(tacotron):
    """The teacher-forced graph: a function (session, items) → a mel [frames, mels] each."""
    hp, batch = tacotron.hp, placeholders(tacotron.hp)
    noise = tf.placeholder(tf.float32, [None, None, noise_channels(hp)])
    r = tf.convert_to_tensor(reduction.of_trained(hp))
    spoken = tacotron2(batch.text, batch.text_lengths, batch.speaker, noise, hp,
                       len(korean.SYMBOLS), tacotron.n_speaker_embeddings,
                       targets=Targets(batch.mel, batch.frames), r=r)

    def predict(session, items):
        padded = hp.replace(outputs_per_step=int(session.run(r)))
        # of the recordings, not of what is to be made of them
        arrays = batches.text_batch([item._replace(store=item.store.recorded) for item in items],
                                    padded)
        steps = arrays.mel.shape[1] // padded.outputs_per_step
        dropped = np.random.RandomState(hp.seed).uniform(size=[steps, noise_channels(hp)])
        feed = dict(zip(batch, arrays))
        feed[noise] = np.tile(dropped, [len(items), 1, 1])
        mels = session.run(spoken.mel, feed)
        if not np.isfinite(mels).all():
            raise InputError("%s: predicts mels with values that are not finite; train it further, "
                             "or from an earlier checkpoint" % tacotron.folder)
        return [mel[:item.row.frames] for mel, item in zip(mels, items)]

    return predict
