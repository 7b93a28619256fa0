"""What random_faults disturbs: a training, preprocessing, the synthesis of a text.

TARGETS has {name: function(folder, use)}, which calls use(target).
"""
import contextlib
import hashlib
import os
import re
import shutil
import time

from conftest import SENTENCES, write_recording
from helpers import kill_synthesis
from helpers.forked_process import fork, last_step, with_trainer

_HPARAMS = ("summary_interval=1,checkpoint_interval=2,eval_interval=100000,validation_fraction=0.2")


class Failure(Exception):
    """Something was lost, or ended in another way than it should."""


class Target(object):
    """Work in `folder` that can be begun again. Subclasses define work() → exit status."""
    seconds = 1.0       # within which the faults happen

    def __init__(self, folder):
        self.folder, self._damaged = folder, {}

    def prepare(self):
        """Called before each start of the work."""

    def damage(self, path, n_bytes):
        """Truncate a finished file."""
        with open(path, "r+b") as file:
            file.truncate(n_bytes)
        self._damaged[path] = _hash(path)

    def undamaged(self):
        """finished() without what a fault has damaged, unless it was made again."""
        finished = self.finished()
        lost = tuple(prefix for path, content in self._damaged.items()
                     if finished.get(path) == content for prefix in self.same_unit(path))
        return {path: content for path, content in finished.items() if not path.startswith(lost)}

    def finished(self):
        """{path: hash} of the files that no fault may change, except for the one it damages."""
        return _hashes(self.folder, self.is_finished)

    def is_finished(self, name):
        return not name.endswith(".part")

    def removable(self):
        """The folders that a fault may remove."""
        return [self.folder]

    def same_unit(self, path):
        """The paths that may be made again if this one is damaged."""
        return (path,)

    def may_remove(self, path):
        """Whether the work itself may remove or change a finished file."""
        return False

    def repair(self, printed):
        """Do what an error message told the user to do."""

    def undisturbed(self, work):
        """Do the work to its end in a process of its own."""
        output = self.folder.rstrip("/") + "-undisturbed"
        if os.waitpid(fork(work, output), 0)[1] != 0:
            with open(output, encoding="utf-8") as file:
                raise Failure("failed without a fault: " + file.read()[-300:])


class Training(Target):
    """A run of one trainer; its checkpoints may not be lost."""

    def __init__(self, folder, model_run, options, train):
        super(Training, self).__init__(folder)
        self.run, self.options, self.work = model_run, options, train
        self.seconds = self._measure()
        self._step = 0

    def _measure(self):
        """Seconds in which a process starts and writes a few checkpoints."""
        start, process = time.time(), fork(self.work)
        while last_step(self.run) < 6:
            time.sleep(0.01)
        os.kill(process, 9)
        os.waitpid(process, 0)
        return time.time() - start

    def prepare(self):
        if not os.path.exists(os.path.join(self.folder, "run.json")):   # it was removed
            self.run.release()
            os.makedirs(self.folder, exist_ok=True)
            self.run.save()
            self.run.lock()

    def finished(self):
        # the .index is written last: without it, a checkpoint is not finished
        names = os.listdir(self.folder) if os.path.isdir(self.folder) else []
        return _hashes(self.folder, lambda name: name.rpartition(".")[0].split(".")[0] + ".index"
                       in names and name.startswith("model-"))

    def removable(self):
        return [self.folder, os.path.join(self.folder, "events")]

    def same_unit(self, path):
        return (path.split(".index")[0].split(".data")[0].split(".json")[0] + ".",)

    def may_remove(self, path):
        # newer checkpoints replace older ones
        step = int(re.search(r"model-(\d+)\.", path).group(1))
        return (os.path.isdir(self.folder) and last_step(self.run) > step
                and not os.path.exists(path))

    def repair(self, printed):
        if "there is no other" in printed:      # the fault has damaged the only checkpoint
            shutil.rmtree(self.folder, ignore_errors=True)

    def compare(self):
        self.prepare()
        self.options.steps = last_step(self.run) + 3
        self.undisturbed(self.work)
        disturbed = _checkpoint(self.run)
        self.run.release()
        self.run.folder = self.folder + "-whole"
        os.makedirs(self.run.folder)
        self.run.save()
        self.undisturbed(self.work)
        whole = _checkpoint(self.run)
        _require_equal({name: hashlib.sha1(array.tobytes()).hexdigest()
                        for name, array in disturbed.items()},
                       {name: hashlib.sha1(array.tobytes()).hexdigest()
                        for name, array in whole.items()})


class Preprocessing(Target):
    """A store of a small corpus. A whole store is compared, removed and made anew."""

    def __init__(self, folder):
        super(Preprocessing, self).__init__(os.path.join(folder, "store"))
        self.corpus = os.path.join(folder, "corpus")
        for number, text in enumerate(SENTENCES * 3):
            stem = os.path.join(self.corpus, "%02d" % number)
            write_recording(stem + ".wav", seconds=0.3 + 0.03 * number, pitch=110 + 3 * number)
            with open(stem + ".txt", "w", encoding="utf-8") as file:
                file.write(text)
        start = time.time()
        self.undisturbed(self.work)
        self.seconds, self.whole = time.time() - start, self.contents()
        shutil.rmtree(self.folder)

    def work(self):
        import preprocess
        return preprocess.main(["--corpus", self.corpus, "--out", self.folder, "--preset", "tiny",
                                "--workers", "2"])

    def contents(self):
        return {os.path.relpath(path, self.folder): value
                for path, value in self.finished().items()}

    def prepare(self):
        if set(self.contents()) >= set(self.whole) and self.contents() == self.whole:
            shutil.rmtree(self.folder)

    def removable(self):
        return [self.folder, os.path.join(self.folder, "examples")]

    def may_remove(self, path):
        return path.endswith("skipped.txt")

    def repair(self, printed):
        damaged = re.search(r"^error: (\S+manifest\.json):", printed, re.MULTILINE)
        if damaged:
            with contextlib.suppress(FileNotFoundError):    # the fault has removed its folder
                os.remove(damaged.group(1))

    def compare(self):
        self.undisturbed(self.work)
        _require_equal(self.contents(), self.whole)


class Synthesis(Preprocessing):
    """The speech of a text. Whole speech is compared, removed and made anew."""

    def __init__(self, folder):
        Target.__init__(self, os.path.join(folder, "speech"))
        self.texts = kill_synthesis.create_text(1000)
        start = time.time()
        self.undisturbed(self.work)
        self.seconds, self.whole = time.time() - start, self.contents()
        shutil.rmtree(self.folder)

    def work(self):
        kill_synthesis.write(self.folder, self.texts)

    def removable(self):
        return [self.folder]

    def same_unit(self, path):
        line = os.path.join(self.folder, os.path.basename(path)[:4])
        return (line, os.path.join(self.folder, "book"))

    def may_remove(self, path):
        # parts are joined; a record is written again when its plots are drawn
        return ".part-" in path or path.endswith(".json")

    def repair(self, printed):
        pass


def _hashes(folder, is_included):
    """{path: hash of the content} of the files in a folder, which may change meanwhile."""
    result = {}
    for parent, _, names in os.walk(folder):
        for path in (os.path.join(parent, name) for name in names if is_included(name)):
            with contextlib.suppress(OSError):
                result[path] = _hash(path)
    return result


def _hash(path):
    with open(path, "rb") as file:
        return hashlib.sha1(file.read()).hexdigest()


def _require_equal(disturbed, whole):
    different = [name for name in sorted(set(disturbed) | set(whole))
                 if disturbed.get(name) != whole.get(name)]
    if different:
        raise Failure("differs from undisturbed work: " + ", ".join(different[:5]))


def _checkpoint(model_run):
    """{name: array} of the newest checkpoint."""
    from nn.compat import tf
    from training import checkpoint
    reader = tf.train.NewCheckpointReader(checkpoint.list_checkpoints(model_run)[-1])
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def _training(model):
    def with_target(folder, use):
        store = Preprocessing(folder)
        store.undisturbed(store.work)
        run_folder = os.path.join(folder, "run")
        with_trainer(model, ["--data", store.folder, "--logdir", run_folder, "--preset", "tiny",
                             "--threads", "1", "--steps", "1000000", "--consent", "own",
                             "--hparams", _HPARAMS],
                     lambda model_run, options, train: use(Training(run_folder, model_run, options,
                                                                    train)))
    return with_target


TARGETS = {"synthesis": lambda folder, use: use(Synthesis(folder)),
           "preprocessing": lambda folder, use: use(Preprocessing(folder)),
           "vocoder": _training("vocoder"), "tacotron": _training("tacotron")}
