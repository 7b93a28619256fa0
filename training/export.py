"""Export a Tacotron 2 run and a WaveNet run as a voice: all that synthesis needs.

    python -m training.export --tacotron RUN --vocoder RUN --out voices/me [--best]
    python synthesize.py TEXT.txt --voice voices/me

The voice has the folders `tacotron` and `vocoder`, each with run.json and one checkpoint, without
the state of the optimizer. Weights that have moving averages are replaced by them.
"""
import os
import shutil

import korean
from common import command_line
from common.errors import InputError
from nn import compat
from nn.compat import tf
from tacotron2.synthesizer import Synthesizer
from training import checkpoint, run_folder
from wavenet_vocoder.wavegen import GraphVocoder


def export_voice(tacotron_folder, vocoder_folder, out, best=False):
    """Create the voice `out`, completely or not at all. Returns its size in bytes.

    Raises InputError if `out` exists, or the runs do not fit together.
    """
    if os.path.exists(out):
        raise InputError("--out %s: exists already; choose another folder, or delete it" % out)
    runs = [run_folder.load_run(tacotron_folder, "tacotron"),
            run_folder.load_run(vocoder_folder, "vocoder")]
    run_folder.require_same_audio_settings(*runs)
    temporary = "%s.%d.part" % (os.path.abspath(out), os.getpid())
    try:
        for run in runs:
            _export_run(run, os.path.join(temporary, run.model_type), best)
        size = sum(os.path.getsize(os.path.join(folder, name))
                   for folder, _, names in os.walk(temporary) for name in names)
        os.replace(temporary, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return size


def _export_run(run, folder, best):
    """Write run.json and a checkpoint of the weights that synthesis uses to `folder`."""
    with tf.Graph().as_default():
        if run.model_type == "tacotron":
            Synthesizer(run.hp, len(korean.SYMBOLS), run.n_speaker_embeddings)
        else:
            GraphVocoder(run.hp, run.n_speaker_embeddings)
        with compat.create_session() as session:
            step = checkpoint.restore_trained_weights(session, run, best)
            # the graph has the step only if outputs_per_step has a schedule
            if not any(v.op.name == "global_step" for v in tf.global_variables()):
                tf.get_variable("global_step", initializer=tf.constant(step, tf.int64),
                                trainable=False).initializer.run(session=session)
            run.folder = folder
            run.save()
            tf.train.Saver().save(session, run.path("model"), step, write_meta_graph=False,
                                  write_state=False)


def main(arguments):
    parser = command_line.Parser(prog="python -m training.export",
                                 description=__doc__.split("\n")[0])
    parser.add_argument("--tacotron", required=True, metavar="RUN", help="run of train_tacotron.py")
    parser.add_argument("--vocoder", required=True, metavar="RUN", help="run of train_vocoder.py")
    parser.add_argument("--out", required=True, metavar="DIR", help="a folder that does not exist")
    parser.add_argument("--best", action="store_true",
                        help="export each run's best checkpoint by validation, not the newest")
    options = parser.parse_args(arguments)
    size = export_voice(options.tacotron, options.vocoder, options.out, options.best)
    print("%s: %.1f MB" % (options.out, size / 1e6))


if __name__ == "__main__":
    command_line.run_program(main)
