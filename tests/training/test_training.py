"""Both trainers: run folders, resuming, signals, errors, batches and learning rates."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from conftest import ROOT, train, unoptimized_session
from helpers.waiting import wait_until

import korean
import preprocess
from common.errors import InputError
from datasets import batches
from datasets.store import load_store
from nn import compat, optimizer
from nn.compat import tf
from tacotron2.alignment_plot import alignment_png
from training import checkpoint, run_folder, run_start
from training.evaluators import evaluation_sentences
from training.trainer import Trainer
from training.training_log import TrainingLog
from wavenet_vocoder import wavenet_training_graph

MODEL_TYPES = ("tacotron", "vocoder")


def history(folder):
    with open(os.path.join(folder, "history.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def weights(folder):
    return tf.train.NewCheckpointReader(tf.train.latest_checkpoint(folder))


def event_tags(folder):
    """{"simple_value" | "image" | "audio": set of tags} of all TensorBoard events."""
    tags = {"simple_value": set(), "image": set(), "audio": set()}
    for path in glob.glob(os.path.join(folder, "events", "*")):
        for event in tf.train.summary_iterator(path):
            for value in event.summary.value:
                tags[value.WhichOneof("value")].add(value.tag)
    return tags


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_run_folder_contains_run_json_checkpoints_and_events(trained, model_type):
    folder = trained[model_type]
    with open(os.path.join(folder, "run.json"), encoding="utf-8") as file:
        content = json.load(file)
    assert content["kind"] == model_type
    assert content["speakers"] == ["one", "two"]
    assert len(content["symbols"]) == 80
    assert content["hparams"]["hop_length"] == 200
    kept = glob.glob(os.path.join(folder, "model-*.index"))
    assert sorted(os.path.basename(path) for path in kept) == ["model-4.index", "model-6.index"]
    assert not glob.glob(os.path.join(folder, "*.meta"))
    tags = event_tags(folder)
    assert {"8-train/learning_rate", "8-train/gradient_norm",
            "8-train/steps_per_second"} <= tags["simple_value"]
    assert tags["audio"] and any(tag.endswith("/mel") for tag in tags["image"])
    # a TensorBoard tag may have content of one type only
    assert not tags["simple_value"] & tags["image"] and not tags["audio"] & (
        tags["image"] | tags["simple_value"])


@pytest.mark.parametrize("model_type,first", [
    ("tacotron", ["coverage", "focus", "loss", "stopped", "text_gain", "validation_loss"]),
    ("vocoder", ["loss", "mel_distance", "validation_loss"])])
def test_tensorboard_shows_the_main_figures_first(trained, model_type, first):
    tags = sorted(event_tags(trained[model_type])["simple_value"])
    assert tags[:len(first)] == ["1-watch/" + name for name in first]
    assert not any(tag.startswith("1-watch/") for tag in tags[len(first):])
    # in history.jsonl the figures of a group stay together
    names = set().union(*history(trained[model_type]))
    assert {"tacotron": {"train/loss", "validation/total", "held-out/focus", "seen/coverage",
                         "held-out-forced/focus", "sentences/focus", "evaluation/score"},
            "vocoder": {"train/loss", "validation/loss", "held-out/mel_distance",
                        "seen/mel_distance"}}[model_type] <= names


def test_the_evaluation_sentences_are_synthesised_by_the_speakers_in_turn(trained, stores):
    run = run_folder.load_run(trained["tacotron"], "tacotron")
    items = evaluation_sentences(run)
    assert [item.speaker_id for item in items] == [0, 1, 0, 1, 0]
    assert {item.row.text for item in items}.isdisjoint(
        row.text for folder in stores for row in load_store(folder).utterances)
    assert items[2].row.text == "버스는 세시 사십분에 떠납니다."     # normalised
    for item in items:
        assert not run.normalizer.normalize(item.row.written).unreadable
        assert "".join(korean.SYMBOLS[number] for number in item.text_ids[:-1]) == item.row.jamo
    tags = event_tags(run.folder)
    assert sorted(tags["image"])[:5] == ["2-sentences/%s/%d/alignment" % name for name in (
        ("one", 1), ("one", 3), ("one", 5), ("two", 2), ("two", 4))]
    assert "2-sentences/one/1 " + items[0].row.text in tags["audio"]
    for ending in ("wav", "alignment.png"):
        assert len(glob.glob(os.path.join(run.folder, "eval", "*-sentences-*" + ending))) == 5


def test_utterances_of_two_speakers_with_the_same_id_are_shown_separately(trained):
    for model_type in MODEL_TYPES:
        shown = {tag.rsplit("/", 2)[0] for tag in event_tags(trained[model_type])["image"]}
        assert {"4-seen/one", "4-seen/two"} & shown
        sounds = glob.glob(os.path.join(trained[model_type], "eval", "*-seen-*.wav"))
        assert len(sounds) == {"tacotron": 3, "vocoder": 2}[model_type]


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_evaluation_writes_valid_png_and_wav_files(trained, model_type):
    import matplotlib.image
    pictures = glob.glob(os.path.join(trained[model_type], "eval", "0000006-*.png"))
    sounds = glob.glob(os.path.join(trained[model_type], "eval", "0000006-*.wav"))
    assert pictures and sounds
    for path in pictures:
        assert min(matplotlib.image.imread(path).shape[:2]) > 100
    for path in sounds:
        with soundfile.SoundFile(path) as sound:
            assert sound.samplerate == 16000 and sound.frames >= 400
            assert sound.comment.startswith("synthetic speech")


def test_batch_norm_updates_its_moving_moments(trained):
    reader = weights(trained["tacotron"])
    moments = [name for name in reader.get_variable_to_shape_map()
               if name.endswith("moving_variance")]
    assert len(moments) == 4, "two convolutions in the encoder, two in the post-net"
    for name in moments:
        assert np.abs(reader.get_tensor(name) - 1).max() > 1e-3, name


@pytest.mark.parametrize("model_type,name", [
    ("tacotron", "tacotron2/decoder/lstm_1/kernel"),
    ("vocoder", "wavenet/layer_00/dilated/kernel")])
def test_a_run_has_moving_averages_of_its_weights(trained, model_type, name):
    reader = weights(trained[model_type])
    weight = reader.get_tensor(name)
    average = reader.get_tensor(name + "/ExponentialMovingAverage")
    assert 0 < np.abs(weight - average).max() < 0.1


def test_synthesis_uses_the_moving_averages(trained):
    from training import checkpoint
    from wavenet_vocoder.wavegen import GraphVocoder
    run = run_folder.load_run(trained["vocoder"], "vocoder")
    with tf.Graph().as_default():
        GraphVocoder(run.hp, 2)
        with compat.create_session() as session:
            assert checkpoint.restore_trained_weights(session, run) == 6
            kernel, = [v for v in tf.trainable_variables()
                       if v.op.name == "wavenet/layer_00/dilated/kernel"]
            used = session.run(kernel)
    average = weights(run.folder).get_tensor(kernel.op.name + "/ExponentialMovingAverage")
    np.testing.assert_array_equal(used, average)


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_repeating_the_command_resumes_the_run(stores, tmp_path, model_type):
    options = ("--hparams", "checkpoint_interval=2,summary_interval=1,eval_interval=100,"
               "validation_fraction=0.2")
    train(model_type, stores[:1], tmp_path / "run", "--preset", "tiny", "--steps", 2, *options)
    assert weights(str(tmp_path / "run")).get_tensor("global_step") == 2
    # preset and hyper-parameters need not be repeated
    assert train(model_type, stores[:1], tmp_path / "run", "--steps", 4) == 0
    assert weights(str(tmp_path / "run")).get_tensor("global_step") == 4
    records = [record for record in history(str(tmp_path / "run")) if "train/loss" in record]
    assert [record["step"] for record in records] == [1, 2, 3, 4]
    assert all(a["minutes"] <= b["minutes"] for a, b in zip(records, records[1:]))
    # if the step was reached before, nothing is trained
    assert train(model_type, stores[:1], tmp_path / "run", "--steps", 3) == 0
    assert weights(str(tmp_path / "run")).get_tensor("global_step") == 4


def test_averages_that_a_resumed_run_lacks_start_as_its_weights(stores, tmp_path):
    """Also in runs that are older than ema_decay."""
    folder, kernel = str(tmp_path / "run"), "tacotron2/decoder/lstm_1/kernel"

    def resume(ema_decay, steps):
        train("tacotron", stores[:1], folder, "--steps", steps, "--hparams",
              "checkpoint_interval=1,eval_interval=100,ema_decay=%s" % ema_decay)
        reader = weights(folder)
        return reader.get_tensor(kernel), (reader.get_tensor(kernel + checkpoint.EMA_SUFFIX) if
                                           reader.has_tensor(kernel + checkpoint.EMA_SUFFIX) else None)

    train("tacotron", stores[:1], folder, "--preset", "tiny", "--steps", 1)
    before, average = resume(0.0, 2)
    assert average is None
    after, average = resume(0.9, 3)
    # at step 3 the decay is (1 + 3) / (10 + 3)
    np.testing.assert_allclose(average, after + 4 / 13. * (before - after), atol=1e-6)
    # and without averages again
    assert resume(0.0, 4)[1] is None


def test_training_reduces_the_loss(stores, tmp_path):
    train("tacotron", stores[:1], tmp_path / "run", "--preset", "tiny", "--steps", 60, "--hparams",
          "summary_interval=10,eval_interval=1000,learning_rate=0.01")
    losses = [record["train/loss"] for record in history(str(tmp_path / "run"))
              if "train/loss" in record]
    assert losses[-1] < 0.6 * losses[0]


@pytest.mark.parametrize("number,status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_is_saved(stores, tmp_path, number, status):
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "tests/helpers/train_unoptimized.py", "tacotron", "--data", stores[0],
         "--logdir", str(folder), "--preset", "tiny", "--steps", "100000", "--hparams",
         "summary_interval=1"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until((folder / "history.jsonl").exists, 120)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == status, stderr.decode()
    assert b"Traceback" not in stderr and b"saved at step" in stderr
    assert weights(str(folder)).get_tensor("global_step") >= 1


@pytest.mark.parametrize("when,number", [("record", signal.SIGHUP), ("save", signal.SIGQUIT)])
def test_the_run_is_saved_whenever_the_signal_arrives(stores, tmp_path, when, number, monkeypatch):
    """Also just before the checkpoint, or while it is written."""
    monkeypatch.setattr(compat, "create_session", unoptimized_session)
    folder, steps = str(tmp_path / "run"), []
    method = getattr(Trainer, when)

    def interrupted(self, *arguments):
        if self.step:
            os.kill(os.getpid(), number)
            steps.append(self.step)
        return method(self, *arguments)

    monkeypatch.setattr(Trainer, when, interrupted)
    assert train("tacotron", stores[:1], folder, "--preset", "tiny", "--steps", 9, "--hparams",
                 "summary_interval=1,checkpoint_interval=2") == 128 + number
    assert len(set(steps)) == 1
    assert weights(folder).get_tensor("global_step") == steps[0]


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_an_interrupted_evaluation_is_repeated(stores, tmp_path, model_type, monkeypatch):
    """The run was saved before it, and no figure is recorded twice."""
    monkeypatch.setattr(compat, "create_session", unoptimized_session)
    folder, shown = str(tmp_path / "run"), []
    options = ("--steps", 2, "--hparams",
               "summary_interval=1,checkpoint_interval=100,eval_interval=2,"
               "validation_fraction=0.2,griffin_lim_iters=1")
    add_audio = TrainingLog.add_audio

    def interrupt(self, step, name, *rest):
        add_audio(self, step, name, *rest)
        shown.append(name)
        os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patched:
        patched.setattr(TrainingLog, "add_audio", interrupt)
        assert train(model_type, stores[:1], folder, "--preset", "tiny", *options) == 143
    assert len(shown) == 1
    assert weights(folder).get_tensor("global_step") == 2
    assert not any("evaluation/minutes" in record for record in history(folder))
    assert train(model_type, stores[:1], folder, *options) == 0
    records = history(folder)
    validated = {"tacotron": "validation/total", "vocoder": "validation/loss"}[model_type]
    for name in (validated, "seen/" + ("focus" if model_type == "tacotron" else "mel_distance"),
                 "evaluation/minutes"):
        assert [record["step"] for record in records if name in record] == [2]
    assert [record["step"] for record in records if "train/loss" in record] == [1, 2]


@pytest.mark.parametrize("options,message", [
    (("--hparams", "hop_length=100,wavenet_upsample_scales=10x10"), "hop_length"),
    (("--hparams", "symbols_embedding_dim=8"), "symbols_embedding_dim"),
    (("--hparams", "no_such_thing=8"), "no_such_thing"),
    (("--hparams", "batch_size=many"), "batch_size"),
    (("--preset", "reference"), "sample_rate"),
])
def test_options_that_contradict_a_run_are_refused(stores, trained, options, message):
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores, trained["tacotron"], *options)
    assert message in str(refusal.value)


def test_data_that_does_not_fit_a_run_is_refused(stores, trained, tmp_path):
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores[:1], trained["tacotron"])
    assert "one, two" in str(refusal.value)
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores, trained["vocoder"])
    assert "train_vocoder.py" in str(refusal.value)
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores[:1], tmp_path / "new", "--preset", "reference")
    assert "sample_rate is 16000" in str(refusal.value)
    assert not (tmp_path / "new").exists(), "a refused run leaves no folder"
    with pytest.raises(InputError) as refusal:
        train("tacotron", [str(tmp_path)], tmp_path / "new")
    assert str(tmp_path) in str(refusal.value)


def test_a_damaged_run_json_is_reported(stores, tmp_path):
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores, tmp_path)
    assert "run.json" in str(refusal.value)


def items(stores, share=0.3):
    return batches.split_train_validation([load_store(folder) for folder in stores], share)


def test_held_out_items_are_never_trained_on(stores):
    training, held_out = items(stores)
    assert held_out and len(training) + len(held_out) == 20
    sampler = batches.BatchSampler(training, 4, 2, seed=1)
    seen = {(item.speaker_id, item.row.id)
            for step in range(50) for item in sampler.batch_items(step)}
    assert seen == {(item.speaker_id, item.row.id) for item in training}
    assert not seen & {(item.speaker_id, item.row.id) for item in held_out}


def test_a_text_is_held_out_of_all_speakers_or_of_none(stores):
    """Both stores have the same texts; at least one text is on either side."""
    for share in (0.0, 0.3, 0.999):
        training, held_out = items(stores, share)
        texts = [{item.row.jamo for item in side} for side in (training, held_out)]
        assert texts[0] and texts[1] and not texts[0] & texts[1]
        assert len(held_out) == 2 * len(texts[1])
    # a larger share keeps what a smaller one holds out
    assert {item.row.id for item in items(stores, 0.1)[1]} <= {
        item.row.id for item in items(stores, 0.5)[1]}


def test_a_store_with_a_single_text_cannot_be_split(make_corpus, tmp_path):
    preprocess.main(["--corpus", make_corpus({"a": "하나", "b": "하나"}), "--out",
                     str(tmp_path / "store"), "--preset", "tiny"])
    with pytest.raises(InputError, match="store: fewer than two different texts"):
        items([str(tmp_path / "store")])


def test_the_split_does_not_depend_on_other_stores(stores):
    alone = {item.row.id for item in items(stores[:1])[1]}
    both = {item.row.id for item in items(stores[::-1])[1] if item.store.speaker == "one"}
    assert alone == both


def test_every_epoch_has_every_utterance_once_in_an_order_that_depends_on_step_and_seed(stores):
    training, _ = items(stores)
    sampler = batches.BatchSampler(training, 4, 2, seed=1)
    for epoch in range(3):
        steps = range(epoch * sampler.batches_per_epoch, (epoch + 1) * sampler.batches_per_epoch)
        seen = [item.row.id + str(item.speaker_id)
                for step in steps for item in sampler.batch_items(step)]
        assert len(seen) == len(set(seen)) == len(training)
    again = batches.BatchSampler(training, 4, 2, seed=1)
    assert again.batch_items(7) == sampler.batch_items(7)
    other = batches.BatchSampler(training, 4, 2, seed=2)
    assert any(other.batch_items(step) != sampler.batch_items(step)
               for step in range(sampler.batches_per_epoch))


def test_mels_are_padded_with_silence_to_a_multiple_of_r(stores, hp):
    hp = hp.replace(outputs_per_step=7)
    training, _ = items(stores)
    batch = batches.make_text_batch(training[:3], hp, hp.outputs_per_step)
    assert batch.mel.shape[1] % 7 == 0
    for row, item in enumerate(training[:3]):
        np.testing.assert_array_equal(batch.mel[row, :batch.mel_lengths[row]],
                                      item.store.load_mel(item.row))
        assert np.all(batch.mel[row, batch.mel_lengths[row]:] == -hp.max_abs_value)
        assert batch.text_ids[row, batch.text_lengths[row] - 1] == 1, "the end symbol"


def test_audio_segments_are_aligned_with_their_mel(stores, hp):
    """With context frames on both sides, and silence after the end of the utterance."""
    training, _ = items(stores)
    item, segment = training[0], hp.wavenet_segment_length // hp.hop_length
    example, context = item.store.load_example(item.row), 2
    for seed in range(20):
        batch = batches.make_audio_batch([item], hp, context, np.random.RandomState(seed))
        frames = [start for start in range(item.row.frames - segment + 1) if np.array_equal(
            batch.audio[0], example.audio[start * hp.hop_length:(start + segment) * hp.hop_length])]
        padded = np.pad(example.mel, ((context, context), (0, 0)), "constant",
                        constant_values=-hp.max_abs_value)
        assert any(np.array_equal(batch.mel[0], padded[start:start + segment + 2 * context])
                   for start in frames)
    long_hp = hp.replace(wavenet_segment_length=hp.hop_length * (item.row.frames + 3))
    batch = batches.make_audio_batch([item], long_hp, context, np.random.RandomState(0))
    assert batch.mask[0].sum() == item.row.samples
    assert np.all(batch.audio[0, item.row.samples:] == 0)
    assert np.all(batch.mel[0, context + item.row.frames:] == -hp.max_abs_value)


def test_preemphasis_is_applied_before_a_segment_is_cut_out(stores, hp):
    """So that the first sample is filtered with the sample before the segment."""
    training, _ = items(stores)
    hp = hp.replace(wavenet_segment_length=hp.hop_length, wavenet_preemphasis=0.85)
    item = training[0]
    samples = item.store.load_example(item.row).audio
    emphasised = np.append(samples[0], samples[1:] - 0.85 * samples[:-1])
    assert np.abs(emphasised).max() <= 1
    for seed in range(5):
        batch = batches.make_audio_batch([item], hp, 0, np.random.RandomState(seed))
        assert any(np.allclose(batch.audio[0], emphasised[start:start + hp.hop_length], atol=1e-6)
                   for start in range(0, len(emphasised), hp.hop_length))


def test_the_learning_rate_is_halved_after_decay_start_down_to_its_lower_bound():
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.placeholder(tf.int64, [])
        rate = optimizer.halving_decay(step, 1e-3, 1e-4, 100, 50)
        rates = [session.run(rate, {step: number}) for number in (0, 100, 150, 10000)]
    np.testing.assert_allclose(rates, [1e-3, 1e-3, 5e-4, 1e-4], rtol=1e-5)


def test_the_learning_rate_of_the_vocoder_falls_from_its_decay_start(hp):
    hp = hp.replace(wavenet_learning_rate=1e-3, wavenet_final_learning_rate=1e-5,
                    wavenet_decay_start=100, wavenet_decay_half_life=50)
    with tf.Graph().as_default(), unoptimized_session() as session:
        optimizer = wavenet_training_graph.TrainingGraph(hp, 0).optimizer
        rates = [session.run(optimizer.learning_rate, {optimizer.step: step})
                 for step in (0, 100, 150, 10000)]
    np.testing.assert_allclose(rates, [1e-3, 1e-3, 5e-4, 1e-5], rtol=1e-5)


def test_the_learning_rate_rises_linearly_in_the_warmup():
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.placeholder(tf.int64, [])
        rate = optimizer.linear_warmup(step, tf.constant(1e-3), 4)
        rates = [session.run(rate, {step: number}) for number in (0, 1, 3, 4, 1000)]
        assert optimizer.linear_warmup(step, rate, 0) is rate
    np.testing.assert_allclose(rates, [2.5e-4, 5e-4, 1e-3, 1e-3, 1e-3], rtol=1e-6)


def test_exponential_and_linear_decay():
    """A linear decay within one step is a jump."""
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.placeholder(tf.int64, [])

        def values_at(tensor, *steps):
            return [session.run(tensor, {step: number}) for number in steps]

        rate = optimizer.exponential_decay(step, 1e-3, 1e-5, 100, 300)
        np.testing.assert_allclose(values_at(rate, 0, 100, 200, 300, 999),
                                   [1e-3, 1e-3, 1e-4, 1e-5, 1e-5], rtol=1e-4)
        weight = optimizer.linear_decay(step, 5.0, 0.0, 100, 200)
        np.testing.assert_allclose(values_at(weight, 0, 100, 150, 200, 999), [5, 5, 2.5, 0, 0])
        weight = optimizer.linear_decay(step, 5.0, 0.0, 199, 200)
        np.testing.assert_allclose(values_at(weight, 0, 199, 200), [5, 5, 0])


def test_a_run_normalises_text_like_its_stores(make_corpus, tmp_path):
    (tmp_path / "own.tsv").write_text("SQL\t시퀄\n", encoding="utf-8")
    preprocess.main(["--corpus", make_corpus({"a": "SQL 값이"}), "--out", str(tmp_path / "store"),
                     "--preset", "tiny", "--hparams", "pronounce=true",
                     "--lexicon", str(tmp_path / "own.tsv")])
    stores = [load_store(str(tmp_path / "store"))]
    with pytest.raises(InputError, match="pronounce is True in .*store but False in the run"):
        run_start.create_or_resume_run(str(tmp_path / "run"), "tacotron", stores, "tiny", "")
    run_start.create_or_resume_run(str(tmp_path / "run"), "tacotron", stores, "tiny",
                                   "pronounce=true")
    normalizer = run_folder.load_run(str(tmp_path / "run"), "tacotron").normalizer
    assert normalizer.to_jamo(normalizer.normalize("SQL 값이").text) == stores[0].utterances[0].jamo


def test_stores_with_contradictory_lexicons_are_refused(make_corpus, tmp_path):
    stores = []
    for name, reading in (("one", "시퀄"), ("two", "에스큐엘")):
        (tmp_path / (name + ".tsv")).write_text("SQL\t%s\n" % reading, encoding="utf-8")
        preprocess.main(["--corpus", make_corpus({"a": "SQL"}, name), "--out",
                         str(tmp_path / ("store-" + name)), "--preset", "tiny",
                         "--lexicon", str(tmp_path / (name + ".tsv"))])
        stores.append(load_store(str(tmp_path / ("store-" + name))))
    with pytest.raises(InputError, match="reads 'SQL' as '에스큐엘', that of another"):
        run_start.create_or_resume_run(str(tmp_path / "run"), "tacotron", stores, "tiny", "")


@pytest.mark.parametrize("name, content, message", [
    ("run.json", {"punctuated": 1}, "run.json: punctuated should be true or false"),
    ("run.json", {"speaker_table": "yes"}, "run.json: speaker_table should be true or false"),
    ("best.json", {"step": "3"}, "best.json: step is '3'; should be of type int"),
    ("best.json", {"score": None}, "best.json: score is None; should be of type int or float")])
def test_fields_of_another_type_are_errors(trained, tmp_path, name, content, message):
    folder = shutil.copytree(trained["tacotron"], str(tmp_path / "run"))
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8") as file:
        content = dict(json.load(file), **content)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
    with pytest.raises(InputError, match=message):
        checkpoint.read_best(run_folder.load_run(folder, "tacotron"))


def test_long_ids_give_names_that_every_file_system_has(trained, tmp_path):
    shutil.copytree(trained["tacotron"], str(tmp_path / "run"))
    log = TrainingLog(run_folder.load_run(str(tmp_path / "run"), "tacotron"), 1, 0.0, ())
    for name in ("held-out/one/" + "가" * 200, "held-out/one/" + "가" * 200 + "/mel"):
        log.add_image(1, name, alignment_png(np.eye(3), list("가나다"), "가나다"))
    assert len([name for name in os.listdir(str(tmp_path / "run" / "eval"))
                if "가가가" in name]) == 2
