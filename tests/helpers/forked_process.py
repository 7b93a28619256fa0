"""Functions in forked processes, and trainings of which only the first builds the graph."""
import os
import sys

from conftest import unoptimized_session

from common import command_line


def fork(function, output=None):
    """Start a process that calls function() → exit status like a program. Returns its id.

    output: file to which its standard output and error are appended.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        if output:
            descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            for number in (1, 2):
                os.dup2(descriptor, number)
        command_line.run_program(lambda _: function())
    except SystemExit as end:
        status = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def with_trainer(model, arguments, function):
    """Call function(run, options, train) in place of the training loop of a trainer.

    model: tacotron or vocoder; arguments: of its command line. train() trains `run` without
    evaluations and returns the exit status; it is to be called in a forked process.
    """
    # imported here, because they import TensorFlow
    import train_tacotron
    import train_vocoder
    from nn import compat
    from training import loop
    original_session, original_train = compat.create_session, loop.train

    def replacement(run, options, *rest, **_):
        function(run, options, lambda: original_train(run, options, *rest[:-1],
                                                      evaluate=lambda *_: None))

    compat.create_session, loop.train = unoptimized_session, replacement
    try:
        with compat.tf.Graph().as_default():
            {"tacotron": train_tacotron, "vocoder": train_vocoder}[model].main(arguments)
    finally:
        compat.create_session, loop.train = original_session, original_train


def last_step(run):
    """The step of the newest checkpoint of a run, 0 without any."""
    from training import checkpoint
    return max([int(path.rpartition("-")[2]) for path in checkpoint.list_checkpoints(run)] + [0])
