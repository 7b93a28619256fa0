"""Save outputs of two runs: infer_runs.py TACOTRON_RUN VOCODER_RUN OUT.npz [endless]

OUT.npz contains the mel and alignment that Tacotron 2 infers for a fixed text, the output
parameters of WaveNet for fixed samples, and the version of TensorFlow. With `endless`, the stop
token never fires.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

import korean
from nn import compat
from nn.compat import tf
from tacotron2.synthesizer import Synthesizer
from training import checkpoint, run_folder
from wavenet_vocoder import wavenet
from wavenet_vocoder.upsampling import pad_context

tacotron_folder, vocoder_folder, out = sys.argv[1:4]
ids = korean.to_ids(korean.to_jamo("오늘은 날씨가 맑습니다."))

run = run_folder.load_run(tacotron_folder, "tacotron")
with tf.Graph().as_default():
    synthesizer = Synthesizer(run.hp, len(korean.SYMBOLS), run.n_speaker_embeddings)
    with compat.create_session() as session:
        checkpoint.restore_trained_weights(session, run)
        # the stop token of a barely trained run may fire at the first step
        if "endless" in sys.argv:
            stop, = [v for v in tf.global_variables() if v.op.name.endswith("decoder/stop/bias")]
            stop.load([-100.0], session)
        output, = synthesizer.infer(session, [ids], [1], [1])

run = run_folder.load_run(vocoder_folder, "vocoder")
random = np.random.RandomState(0)
mel = random.uniform(-4, 4, [4, run.hp.n_mels]).astype(np.float32)
audio = random.uniform(-0.5, 0.5, [1, 4 * run.hp.hop_length]).astype(np.float32)
with tf.Graph().as_default():
    parameters = wavenet.wavenet(
        tf.constant(audio), tf.constant(pad_context(mel, run.hp)[None]), tf.constant([1]), run.hp,
        run.n_speaker_embeddings)
    with compat.create_session() as session:
        checkpoint.restore_trained_weights(session, run)
        parameters = session.run(parameters)

np.savez(out, tensorflow=tf.__version__, mel=output.mel, alignment=output.alignment,
         parameters=parameters)
