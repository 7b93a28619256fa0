"""Export a Tacotron 2 run and a WaveNet run as a voice: all that synthesis needs.

    python -m training.export --tacotron RUN --vocoder RUN --out voices/me [--best]
    python synthesize.py TEXT.txt --voice voices/me

The voice has the folders `tacotron` and `vocoder` (exported_run.py describes their files). Its
weights are their moving averages, if the run has any. TensorFlow is not needed to read it. If the
runs started from a voice with a licence, the new voice has a copy of it.
"""
import os
import re
import shutil

from common import command_line, files
from common.errors import InputError
from tacotron2.outputs_per_step import outputs_per_step_at
from training import checkpoint, exported_run, licence, model_weights, run_folder


def export_voice(tacotron_folder, vocoder_folder, out, best=False):
    """Create the voice `out`, completely or not at all. Returns its size in bytes.

    Raises InputError if `out` exists, or the runs do not fit together.
    """
    if os.path.exists(out):
        raise InputError("--out %s: exists already; choose another folder, or delete it" % out)
    runs = [run_folder.load_run(tacotron_folder, "tacotron"),
            run_folder.load_run(vocoder_folder, "vocoder")]
    run_folder.require_same_audio_settings(*runs)
    out = os.path.abspath(out)
    files.remove_temporary_files(os.path.dirname(out), re.escape(os.path.basename(out)))
    temporary = "%s.%d.part" % (out, os.getpid())
    try:
        sources = [run.folder for run in runs]
        for run in runs:
            export_run(run, os.path.join(temporary, run.model_type), best)
        licence.copy_licences(sources, temporary)
        size = sum(os.path.getsize(os.path.join(folder, name))
                   for folder, _, names in os.walk(temporary) for name in names)
        os.replace(temporary, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return size


def export_run(run, folder, best=False):
    """Write run.json and the weights that synthesis uses to `folder`."""
    weights, step = model_weights.load_weights(
        run, model_weights.BEST if best else model_weights.NEWEST)
    run.figures, run.data = checkpoint.validation_figures(run, best), None
    if run.model_type == "tacotron":    # adaptation goes on with as many frames per decoder step
        run.hp = run.hp.replace(outputs_per_step=outputs_per_step_at(run.hp, step - 1))
    exported_run.write_exported_run(run, folder, weights, step)


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
