"""Write the input files of wavenet_vocoder/engine/native/example.c, which documents their format.

    python -m tools.engine_dump --vocoder voices/demo/vocoder --mel mel.npy --out DIR
    make -C wavenet_vocoder/engine/native example
    wavenet_vocoder/engine/build/make/example DIR/network.bin DIR/utterance.bin out.wav
"""
import os
import struct

import numpy as np

from common import command_line
from common.errors import InputError
from common.files import atomic_write
from training import checkpoint, run_folder
from wavenet_vocoder import philox
from wavenet_vocoder.chunks import validate_mel
from wavenet_vocoder.distributions import MULAW_SILENCE, make_noise
from wavenet_vocoder.engine import binding, conditioning, weights
from wavenet_vocoder.upsampling import pad_context


def write_network(path, values, hp):
    """Write the config and the arrays of a network with validated weights, in float32 precision."""
    config = binding.make_config(values, hp, batched=False)
    arrays = weights.engine_arrays(values, hp, config.winograd)
    with atomic_write(path) as file:
        file.write(b"WNET" + bytes(config)[:binding.Config.dilations.offset])
        file.write(np.int32(config.dilations[:config.layers]).tobytes())
        for name, _ in binding.Weights._fields_:
            file.write(arrays[name].tobytes())


def write_utterance(path, mel, values, hp, speaker_id, key):
    """Write what the engine needs to generate the samples of a normalised mel [frames, mels]."""
    n_samples = len(mel) * hp.hop_length
    condition = conditioning.last_layer_inputs(pad_context(mel, hp), values, hp)
    first_sample = MULAW_SILENCE if hp.wavenet_output_distribution == "mulaw" else 0
    with atomic_write(path) as file:
        file.write(b"WUTT" + struct.pack("<IIIfd", hp.sample_rate, n_samples, len(condition),
                                         first_sample, hp.wavenet_preemphasis))
        for array in (weights.gate_bias(values, speaker_id, hp), condition,
                      make_noise(key, 0, n_samples, hp)):
            file.write(np.float32(array).tobytes())


def main(arguments):
    parser = command_line.Parser(prog="python -m tools.engine_dump",
                                 description=__doc__.split("\n")[0])
    parser.add_argument("--vocoder", required=True, metavar="RUN", help="run of train_vocoder.py")
    parser.add_argument("--mel", required=True, metavar="FILE",
                        help="normalised mel spectrogram [frames, mels] in NumPy's format")
    parser.add_argument("--out", required=True, metavar="DIR",
                        help="folder for network.bin and utterance.bin")
    parser.add_argument("--speaker", metavar="NAME", help="speaker; default: the first")
    parser.add_argument("--seed", type=command_line.positive_int, default=1, metavar="N",
                        help="random seed; default: 1")
    options = parser.parse_args(arguments)
    run = run_folder.load_run(options.vocoder, "vocoder")
    speaker_id = run.speaker_id(options.speaker or run.speakers[0])
    try:
        mel = np.load(options.mel, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError("%s: is not an array in NumPy's format: %s" % (options.mel, error))
    validate_mel(mel, run.hp, options.mel)
    values, _ = checkpoint.read_trained_weights(
        run, weights.variable_shapes(run.hp, run.n_speaker_embeddings))
    values = weights.validate_weights(values, run.hp, run.n_speaker_embeddings, run.folder)
    os.makedirs(options.out, exist_ok=True)
    write_network(os.path.join(options.out, "network.bin"), values, run.hp)
    write_utterance(os.path.join(options.out, "utterance.bin"), mel, values, run.hp, speaker_id,
                    philox.make_key(options.seed, []))


if __name__ == "__main__":
    command_line.run_program(main)
