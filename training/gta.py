"""Ground-truth-aligned mels for training a vocoder (--gta): a trained Tacotron 2 predicts them.

The decoder is teacher-forced, so that the mels are aligned with the recordings frame by frame
(arXiv 1712.05884, section 2.4). They are predicted once and kept in the vocoder's run folder:

    gta/gta.json    the Tacotron 2 run, and the step of its weights
    gta/0/*.npy     the mels of the first --data (datasets.store.GtaStore)
"""
import contextlib
import functools
import os
import shutil
from collections import namedtuple

import numpy as np

import korean
from common import files, parallel
from common.errors import InputError
from common.progress_bar import tqdm
from datasets import batches
from datasets.store import GtaStore, load_store
from nn import compat
from nn.compat import tf
from tacotron2.decoder import prenet_noise_dim
from tacotron2.outputs_per_step import trained_outputs_per_step
from tacotron2.tacotron import tacotron2
from tacotron2.tacotron_training_graph import batch_placeholders
from training import checkpoint, run_folder

# tacotron_folder, step: of the run that predicts; stores: [(folder, folder of the mels)]
_WorkerSettings = namedtuple("_WorkerSettings", "tacotron_folder step stores")

_loaded = None      # (_WorkerSettings, _Predictor, batches) of this process, a worker


def replace_mels(run, stores, tacotron_folder, scheduler=None, threads=0, tower_devices=()):
    """GtaStores with the mels that the run in `tacotron_folder` predicts for the stores.

    If `tacotron_folder` is None, it is the run whose mels the vocoder `run` was trained on before;
    if there is none, the stores are returned unchanged. With the address of a Dask `scheduler`, its
    workers predict them. `threads` and `tower_devices` are those of the training, because the
    first session decides for the whole process. Raises InputError if the runs do not fit together,
    or `run` was trained on the mels of another run.
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
        _predict_missing_mels(run_folder.load_run(tacotron_folder, "tacotron"), run, gta_stores,
                              scheduler, threads, tower_devices)
    content = _read_gta_json(run)
    print("the mels are predicted by %s, step %d" % (content["run"], content["step"]))
    return gta_stores


def _folder_name(folder):
    """The name of a run's folder, with that of its voice if it belongs to one."""
    parent, name = os.path.split(os.path.abspath(folder))
    return os.path.join(os.path.basename(parent), name) if name == "tacotron" else name


def _read_gta_json(run):
    """The content of gta.json, a dict, or None if there is none."""
    path = os.path.join(run.folder, "gta", "gta.json")
    if not os.path.exists(path):
        return None
    return files.read_json_object(path, {"run": (str,), "step": (int,)})


def _predict_missing_mels(tacotron, run, stores, scheduler, threads, tower_devices):
    """Write the missing mels of the GtaStores; all mels if the weights have changed."""
    run_folder.require_same_audio_settings(tacotron, run)
    for store in stores:
        if store.speaker not in tacotron.speakers:
            raise InputError("--gta %s: has no speaker %s, as %s has; its speakers are %s"
                             % (tacotron.folder, store.speaker, store.folder,
                                ", ".join(tacotron.speakers)))
    all_batches = _make_batches(tacotron, stores)
    with contextlib.closing(_Predictor(tacotron, threads, tower_devices)) as predictor:
        if (_read_gta_json(run) or {}).get("step") != predictor.step:
            shutil.rmtree(os.path.join(run.folder, "gta"), ignore_errors=True)
            files.write_json(run.path("gta", "gta.json"),
                             {"run": tacotron.folder, "step": predictor.step})
        for store in stores:
            os.makedirs(store.mel_folder, exist_ok=True)
        if scheduler:
            _write_mels_on_workers(predictor, stores, all_batches, scheduler)
            return
        with tqdm(total=sum(map(len, all_batches)), unit="mel", desc="predicting") as bar:
            for batch in all_batches:
                if not _is_written(batch):
                    predictor.write_mels(batch)
                bar.update(len(batch))


def _make_batches(tacotron, stores):
    """Lists of BatchItems. They are the same whichever mels exist: rounding depends on them."""
    items = [batches.BatchItem(store, row, tacotron.speakers.index(store.speaker),
                               korean.to_ids(row.jamo))
             for store in stores for row in store.utterances]
    items.sort(key=lambda item: item.row.frames)
    batch_size = tacotron.hp.batch_size
    return [items[i:i + batch_size] for i in range(0, len(items), batch_size)]


def _is_written(batch):
    return all(item.store.has_mel(item.row) for item in batch)


class _Predictor(object):
    """A session with the teacher-forced network of a run; `step` is that of its weights."""

    def __init__(self, tacotron, threads=0, tower_devices=()):
        with tf.Graph().as_default():
            self._predict_mels = _build_predictor(tacotron)
            self._session = compat.create_session(threads, tower_devices=tower_devices)
            self.tacotron = tacotron
            self.step = checkpoint.restore_trained_weights(self._session, tacotron)

    def write_mels(self, batch):
        for item, mel in zip(batch, self._predict_mels(self._session, batch)):
            item.store.save_mel(item.row, mel)

    def close(self):
        self._session.close()


def _write_mels_on_workers(predictor, stores, all_batches, scheduler):
    """Let the workers of a Dask scheduler write the batches that are not written."""
    folder = predictor.tacotron.folder
    settings = _WorkerSettings(folder, predictor.step, [(store.folder, store.mel_folder)
                                                        for store in stores])
    missing = [number for number, batch in enumerate(all_batches) if not _is_written(batch)]
    with parallel.open_workers(scheduler, 1, [folder] + [store.folder for store in stores],
                               stores[0].mel_folder) as workers:
        for number, result in zip(missing, parallel.map_in_order(
                functools.partial(_write_batch, settings), missing, workers, "batch")):
            if isinstance(result, parallel.Failure):
                raise InputError("--gta %s: the mels of %s, …: %s" % (
                    folder, all_batches[number][0].row.id, result.reason))
    for store in stores:        # of workers that were killed
        files.remove_temporary_files(store.mel_folder, r".*\.npy")


def _write_batch(settings, number):
    """Write the mels of one batch. Runs in a worker, which keeps its session for the next one."""
    global _loaded
    if _loaded is None or _loaded[0] != settings:
        if _loaded:
            _loaded[1].close()
        _loaded = None
        tacotron = run_folder.load_run(settings.tacotron_folder, "tacotron")
        stores = [GtaStore(load_store(folder), mel_folder)
                  for folder, mel_folder in settings.stores]
        predictor = _Predictor(tacotron)
        if predictor.step != settings.step:
            raise InputError("--gta %s: its newest checkpoint is of step %d for this program, and "
                             "of step %d for a worker; run the same command again"
                             % (tacotron.folder, settings.step, predictor.step))
        _loaded = settings, predictor, _make_batches(tacotron, stores)
    _loaded[1].write_mels(_loaded[2][number])


def _build_predictor(tacotron):
    """Build the teacher-forced graph. Returns a function (session, items) → mels [frames, mels]."""
    hp, batch = tacotron.hp, batch_placeholders(tacotron.hp)
    noise = tf.placeholder(tf.float32, [None, None, prenet_noise_dim(hp)])
    outputs_per_step = tf.convert_to_tensor(trained_outputs_per_step(hp))
    outputs, = tacotron2(batch.text_ids, batch.text_lengths, batch.speaker_ids, noise, hp,
                         len(korean.SYMBOLS), tacotron.n_speaker_embeddings, targets=batch,
                         outputs_per_step=outputs_per_step)

    def predict_mels(session, items):
        r = int(session.run(outputs_per_step))
        # the decoder is forced with the recorded mels, not with those that replace them
        arrays = batches.make_text_batch(
            [item._replace(store=item.store.recorded_store) for item in items], hp, r)
        n_steps = arrays.mel.shape[1] // r
        prenet_noise = np.random.RandomState(hp.seed).uniform(size=[n_steps, prenet_noise_dim(hp)])
        feed_dict = dict(zip(batch, arrays))
        feed_dict[noise] = np.tile(prenet_noise, [len(items), 1, 1])
        mels = session.run(outputs.mel_outputs_postnet, feed_dict)
        if not np.isfinite(mels).all():
            raise InputError("%s: predicts mels that are not finite; train it further, or from an "
                             "earlier checkpoint" % tacotron.folder)
        # as in synthesis.voice.Voice.predict_mel
        mels = np.clip(mels, -hp.max_abs_value, hp.max_abs_value)
        return [mel[:item.row.frames] for mel, item in zip(mels, items)]

    return predict_mels
