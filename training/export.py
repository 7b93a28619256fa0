"""A voice of two runs: what synthesis needs of them, and nothing else.

    python -m training.export --tacotron RUN --vocoder RUN --out voices/me [--best]

The folder has the runs `tacotron` and `vocoder`, each with run.json and one checkpoint: of weights
whose averages were kept, the averages; no optimiser's state, no events, no sounds. Both stacks
speak with it: synthesize.py --voice voices/me.
"""
import os
import shutil
import tempfile

import korean
from common import command_line
from common.errors import InputError
from nn import compat
from nn.compat import tf
from tacotron2.synthesizer import Synthesizer
from training import checkpoint
from training import run_folder
from wavenet_vocoder.wavegen import GraphVocoder

_BUILD = {"tacotron": lambda run: Synthesizer(run.hp, len(korean.SYMBOLS), run.n_speaker_embeddings),
          "vocoder": lambda run: GraphVocoder(run.hp, run.n_speaker_embeddings)}


def export_voice(tacotron, vocoder, out, best=False):
    """Make the voice's folder of the runs in two folders: whole, or not at all. Returns its bytes.

    Raises InputError where it is there already, or the runs do not fit together.
    """
    if os.path.exists(out):
        raise InputError("--out %s: is there already; choose another, or delete it" % out)
    found = [run_folder.load_run(tacotron, "tacotron"), run_folder.load_run(vocoder, "vocoder")]
    run_folder.require_same_audio_settings(*found)
    above = os.path.dirname(os.path.abspath(out))
    os.makedirs(above, exist_ok=True)
    being_made = tempfile.mkdtemp(".part", os.path.basename(out) + ".", above)
    try:
        for run in found:
            _write(run, os.path.join(being_made, run.model_type), best)
        os.chmod(being_made, 0o755)
        size = sum(os.path.getsize(os.path.join(folder, name))
                   for folder, _, names in os.walk(being_made) for name in names)
        os.replace(being_made, out)
    finally:
        shutil.rmtree(being_made, ignore_errors=True)
    return size


def _write(run, folder, best):
    """Write a run's run.json and the trained values of its variables into a folder."""
    with tf.Graph().as_default():
        _BUILD[run.model_type](run)
        with compat.create_session() as session:
            step = checkpoint.restore_trained_weights(session, run, best)
            # the graph counts its steps only where r has a schedule
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
    parser.add_argument("--tacotron", required=True, metavar="RUN", help="of train_tacotron.py")
    parser.add_argument("--vocoder", required=True, metavar="RUN", help="of train_vocoder.py")
    parser.add_argument("--out", required=True, metavar="DIR", help="a folder that is not there")
    parser.add_argument("--best", action="store_true",
                        help="each run's best checkpoint by validation, not its newest")
    options = parser.parse_args(arguments)
    size = export_voice(options.tacotron, options.vocoder, options.out, options.best)
    print("%s: %.1f MB" % (options.out, size / 1e6))


if __name__ == "__main__":
    command_line.run_program(main)
