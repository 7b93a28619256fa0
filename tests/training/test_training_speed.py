"""Waiting for batches, padding, profiles, and the operation count of a training step."""
import collections
import json
import os
import time

import numpy as np
import pytest
from conftest import unoptimized_session

from datasets import batches
from nn.compat import tf
from tools.bench import bench_training, training_flops
from training.prefetch import prefetch
from training.progress import WARMUP_STEPS, OverheadMeter, Profiler


def test_the_time_for_a_slow_batch_counts_as_waiting():
    def slow(step):
        time.sleep(0.1)
        return step
    overhead = OverheadMeter()
    assert list(prefetch(slow, range(5), overhead.add_wait)) == list(range(5))
    assert overhead.shares()["waiting_share"] > 0.8


def test_batches_that_are_made_in_time_cause_no_waiting():
    overhead = OverheadMeter()
    for _ in prefetch(lambda step: step, range(5), overhead.add_wait):
        time.sleep(0.1)
    assert overhead.shares()["waiting_share"] < 0.2


def test_shares_are_counted_since_the_last_reset():
    now = [0.0]
    overhead = OverheadMeter(lambda: now[0])
    overhead.add_wait(3.0)
    overhead.add_padding(0.5)
    now[0] = 4.0
    assert overhead.shares() == {"waiting_share": 0.75, "padding_share": 0.5}
    overhead.reset()
    for share in (0.1, 0.3):
        overhead.add_padding(share)
    overhead.add_wait(1.0)
    now[0] = 14.0
    assert overhead.shares() == {"waiting_share": pytest.approx(0.1),
                             "padding_share": pytest.approx(0.2)}


def test_the_padding_fraction_of_batches(hp):
    random = np.random.RandomState(0)
    store = bench_training.NoiseStore(hp.replace(outputs_per_step=4))
    items = [batches.BatchItem(store, bench_training.Row(str(frames), frames), 0, [1, 2])
             for frames in (3, 5)]
    # 5 frames become 8, a multiple of r: 16 in all, 8 of them real
    text_batch = batches.make_text_batch(items, hp, 4)
    assert batches.padding_fraction(text_batch) == 0.5
    # a segment is 5 frames: 10 in all
    audio_batch = batches.make_audio_batch(items, hp, 1, random)
    assert batches.padding_fraction(audio_batch) == pytest.approx(0.2)


def test_padding_is_below_a_tenth_with_usual_lengths(hp):
    row = collections.namedtuple("Row", "frames")
    frames = np.clip(np.random.RandomState(1).lognormal(5.5, 0.5, 2000), 40, 1000).astype(int)
    items = [batches.BatchItem(None, row(int(count)), 0, None) for count in frames]
    sampler = batches.BatchSampler(items, 32, 32, seed=1)
    lengths = [[item.row.frames for item in sampler.batch_items(step)]
               for step in range(sampler.batches_per_epoch)]
    longest = sum(max(batch) * len(batch) for batch in lengths)
    assert 1 - float(frames.sum()) / longest < 0.1


def test_a_profile_contains_the_operations_of_the_requested_steps(tmp_path, capsys):
    path = str(tmp_path / "profile.json")
    profiler = Profiler(path, 2)
    with tf.Graph().as_default(), unoptimized_session() as session:
        x = tf.placeholder(tf.float32, [4, 4])
        y = tf.matmul(x, x, name="fused_product")
        for step in range(WARMUP_STEPS + 3):
            assert not os.path.exists(path) or step >= WARMUP_STEPS + 2
            results = profiler.run(session, {"y": y}, {x: step * np.eye(4)})
            np.testing.assert_array_equal(results["y"], step ** 2 * np.eye(4))
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    runs = [event for event in events if event["ph"] == "X" and
            "fused_product" in event.get("args", {}).get("name", "")]
    assert len(runs) >= 2 and all(event["dur"] >= 0 for event in runs)
    stderr = capsys.readouterr().err
    assert stderr.count("\n") == 1 and path in stderr


def test_the_operation_count_equals_a_count_by_hand(hp):
    hp = hp.replace(wavenet_layers=1, wavenet_kernel_size=2, wavenet_residual_channels=3,
                    wavenet_dilation_channels=5, wavenet_skip_channels=7)
    batch = batches.AudioBatch(np.zeros([2, 10]), None, None, None)
    # taps, condition, skip, the two layers behind, and the first
    by_hand = 2 * 3 * 10 + 4 * 10 + 5 * 7 + 7 * 7 + 7 * 6 + 3
    assert training_flops.wavenet_training_flops(hp, batch, 4, 6) == 6 * 20 * by_hand
