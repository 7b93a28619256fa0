"""Ground-truth-aligned mels for training a vocoder (--gta): a trained Tacotron 2 predicts them.

The decoder is teacher-forced, so that the mels are aligned with the recordings frame by frame
(arXiv 1712.05884, section 2.4). They are predicted once and kept in the vocoder's run folder:

    gta/gta.json    the Tacotron 2 run, and the step of its weights
    gta/0/*.npy     the mels of the first --data (datasets.store.GtaStore)
"""
import os
import shutil

import numpy as np
from tqdm import tqdm

import korean
from common import files
from common.errors import InputError
from datasets import batches
from datasets.store import GtaStore
from nn import compat
from nn.compat import tf
from tacotron2.decoder import prenet_noise_dim
from tacotron2.outputs_per_step import trained_outputs_per_step
from tacotron2.tacotron import tacotron2
from tacotron2.tacotron_training_graph import batch_placeholders
from training import checkpoint, run_folder


def replace_mels(run, stores, tacotron_folder):
    """GtaStores with the mels that the run in `tacotron_folder` predicts for the stores.

    If `tacotron_folder` is None, it is the run whose mels the vocoder `run` was trained on before;
    if there is none, the stores are returned unchanged. Raises InputError if the runs do not fit
    together, or `run` was trained on the mels of another run.
    """
    content = _read_gta_json(run)
    if not (tacotron_folder or content):
        return stores
    tacotron_folder = tacotron_folder or content["run"]
    if content and _folder_name(content["run"]) != _folder_name(tacotron_folder):
        raise InputError("--gta %s: %s is trained on the mels of %s; delete %s to predict new ones"
                         % (tacotron_folder, run.folder, content["run"],
                            os.path.join(run.folder, "gta")))
    gta_stores = [GtaStore(store, os.path.join(run.folder, "gta", str(number)))
                  for number, store in enumerate(stores)]
    if not all(store.has_mel(row) for store in gta_stores for row in store.utterances):
        _predict_missing_mels(run_folder.load_run(tacotron_folder, "tacotron"), run, gta_stores)
    print("the mels are predicted by %s, step %d" % (tacotron_folder, _read_gta_json(run)["step"]))
    return gta_stores


def _folder_name(folder):
    return os.path.basename(os.path.abspath(folder))


def _read_gta_json(run):
    """The content of gta.json, a dict, or None if there is none."""
    path = os.path.join(run.folder, "gta", "gta.json")
    if not os.path.exists(path):
        return None
    return files.read_json_object(path, {"run": (str,), "step": (int,)})


def _predict_missing_mels(tacotron, run, stores):
    """Write the missing mels of the GtaStores; all mels if the weights have changed."""
    run_folder.require_same_audio_settings(tacotron, run)
    for store in stores:
        if store.speaker not in tacotron.speakers:
            raise InputError("--gta %s: has no speaker %s, as %s has; its speakers are %s"
                             % (tacotron.folder, store.speaker, store.folder,
                                ", ".join(tacotron.speakers)))
    items = [batches.BatchItem(store, row, tacotron.speakers.index(store.speaker),
                               korean.to_ids(row.jamo))
             for store in stores for row in store.utterances]
    items.sort(key=lambda item: item.row.frames)
    # always the same batches, whichever mels exist: rounding depends on the batch
    batch_size = tacotron.hp.batch_size
    all_batches = [items[i:i + batch_size] for i in range(0, len(items), batch_size)]
    with tf.Graph().as_default():
        predict_mels = _build_predictor(tacotron)
        with compat.create_session() as session:
            step = checkpoint.restore_trained_weights(session, tacotron)
            if (_read_gta_json(run) or {}).get("step") != step:
                shutil.rmtree(os.path.join(run.folder, "gta"), ignore_errors=True)
                files.write_json(run.path("gta", "gta.json"),
                                 {"run": tacotron.folder, "step": step})
            for store in stores:
                os.makedirs(store.mel_folder, exist_ok=True)
            with tqdm(total=len(items), unit="mel", desc="predicting") as bar:
                for batch in all_batches:
                    if not all(item.store.has_mel(item.row) for item in batch):
                        for item, mel in zip(batch, predict_mels(session, batch)):
                            item.store.save_mel(item.row, mel)
                    bar.update(len(batch))


def _build_predictor(tacotron):
    """Build the teacher-forced graph. Returns a function (session, items) → mels [frames, mels]."""
    hp, batch = tacotron.hp, batch_placeholders(tacotron.hp)
    noise = tf.placeholder(tf.float32, [None, None, prenet_noise_dim(hp)])
    outputs_per_step = tf.convert_to_tensor(trained_outputs_per_step(hp))
    outputs = tacotron2(batch.text_ids, batch.text_lengths, batch.speaker_ids, noise, hp,
                        len(korean.SYMBOLS), tacotron.n_speaker_embeddings, targets=batch,
                        outputs_per_step=outputs_per_step)

    def predict_mels(session, items):
        batch_hp = hp.replace(outputs_per_step=int(session.run(outputs_per_step)))
        # the decoder is forced with the recorded mels, not with those that replace them
        arrays = batches.make_text_batch(
            [item._replace(store=item.store.recorded_store) for item in items], batch_hp)
        n_steps = arrays.mel.shape[1] // batch_hp.outputs_per_step
        prenet_noise = np.random.RandomState(hp.seed).uniform(size=[n_steps, prenet_noise_dim(hp)])
        feed_dict = dict(zip(batch, arrays))
        feed_dict[noise] = np.tile(prenet_noise, [len(items), 1, 1])
        mels = session.run(outputs.mel_outputs_postnet, feed_dict)
        if not np.isfinite(mels).all():
            raise InputError("%s: predicts mels that are not finite; train it further, or from an "
                             "earlier checkpoint" % tacotron.folder)
        return [mel[:item.row.frames] for mel, item in zip(mels, items)]

    return predict_mels
