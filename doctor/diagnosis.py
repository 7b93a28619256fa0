"""From what is there to what follows: pure functions of a Host."""
from collections import namedtuple

from doctor import gpu_driver as cards
from doctor.tensorflow_builds import BUILDS, generation, numbers, runs, written

FIT, NOTE, UNFIT = "fit", "note", "unfit"

# subject: what was looked at; level: FIT, NOTE (good to know) or UNFIT (cannot train like this);
# says: what was found; do: what to do, or ""
Finding = namedtuple("Finding", "subject level says do")

# a process of preset `tiny` alone holds some hundred MB; below this nothing real is trained
_MEMORY = 2 << 30
# keep_checkpoints of preset `reference` and the best one, each with Adam's moments, take about this
_DISK = 5 << 30
# semaphores of preprocess.py's workers are all that the project keeps there; Docker gives 64 MB
_SHM = 1 << 20


def findings(host, device="auto"):
    """[Finding] on a Host that is to compute on `device`: auto, cpu or gpu."""
    return _software(host) + _machine(host) + gpu(host, device)


def fit(found):
    """Whether nothing is in the way."""
    return all(finding.level != UNFIT for finding in found)


def computes_on(host, device):
    """"gpu" or "cpu": where TensorFlow will compute if nothing is in the way."""
    return "gpu" if device != "cpu" and cards.visible(host.cards) else "cpu"


def _software(host):
    build = BUILDS[host.stack]
    version, detail = host.tensorflow
    first, last = build.pythons
    right = first <= numbers(host.python)[:2] <= last
    if version is None:
        loaded = Finding("TensorFlow", UNFIT, "cannot be loaded: %s" % detail, _remake(host))
    else:
        loaded = Finding("TensorFlow", FIT, "%s, built %s CUDA"
                         % (version, "with" if detail else "without"), "")
    packages = Finding("packages", FIT, "as %s says" % build.lock, "")
    if host.differing:
        packages = Finding("packages", NOTE, "; ".join(host.differing), _remake(host))
    return [
        Finding("Python", FIT if right else UNFIT, "%s, %s stack" % (host.python, host.stack),
                "" if right else "use Python %s to %s" % (written(first), written(last))),
        loaded, packages,
        Finding("Korean font", FIT, "NanumGothic", "") if host.font else
        Finding("Korean font", UNFIT, "is missing: pictures cannot be drawn", _remake(host)),
        Finding("vocoder engine", FIT, host.engine, "") if host.engine else
        Finding("vocoder engine", NOTE, "is not there: TensorFlow generates, slowly", "")]


def _machine(host):
    found = [Finding("processor", FIT, "%s, %d cores to use" % (host.processor, host.cores), "")]
    if host.memory is not None:
        enough = host.memory >= _MEMORY
        found.append(Finding("memory", FIT if enough else UNFIT,
                             "%s to have" % _size(host.memory),
                             "" if enough else "end other programs, or give the container more "
                             "(docker run --memory)"))
    if host.shm is None or host.shm < _SHM:
        found.append(Finding("shared memory", UNFIT,
                             "/dev/shm is %s" % ("missing" if host.shm is None
                                                 else _size(host.shm)),
                             "docker run --shm-size 64m"))
    else:
        found.append(Finding("shared memory", FIT, _size(host.shm), ""))
    return found + [_folder(host, folder) for folder in host.folders]


def _folder(host, folder):
    subject = "folder %s" % folder.name
    if not folder.writable:
        return Finding(subject, UNFIT, "%s cannot be written" % folder.path,
                       "docker run --user \"$(id -u):$(id -g)\", or chown the folder"
                       if host.container else "change its owner or its rights")
    if folder.free < _DISK:
        return Finding(subject, NOTE, "%s free" % _size(folder.free),
                       "make room before a long run")
    return Finding(subject, FIT, "%s free" % _size(folder.free), "")


def gpu(host, device="auto"):
    """[Finding] on whether TensorFlow computes where `device` asks.

    UNFIT where it would silently compute on the processor of a machine with a GPU.
    """
    processor, found = _processor(host, device), host.cards
    if processor:
        return [processor] + ([_libraries(host, NOTE)] if all(host.tensorflow) else [])
    said = [_driver(host)]
    if not found.cards or not found.reachable:
        said.append(_no_cards(host))
    elif host.tensorflow[0] and not host.tensorflow[1]:
        said.append(Finding("GPU", UNFIT, "%s is there, but this TensorFlow computes on the "
                            "processor alone" % cards.visible(found)[0].name, _remake(host)))
    else:
        said.append(_libraries(host, UNFIT))
    return said + _cards(host)


def _processor(host, device):
    """The Finding on why the processor computes; None where a GPU is to."""
    found = host.cards
    if device == "cpu":
        return Finding("device", NOTE, "the processor, as --device cpu asks", "")
    if found.cards and not cards.visible(found):
        hidden = "CUDA_VISIBLE_DEVICES=%s hides every card" % found.chosen
        return (Finding("device", UNFIT, hidden, "name a card, or compute with --device cpu")
                if device == "gpu" else Finding("device", NOTE, hidden + ": the processor", ""))
    if found.driver is None and not found.cards:
        return _without_driver(host, device)
    return None


def _libraries(host, without):
    """The Finding on the libraries of CUDA, of the level `without` where one is missing."""
    names = BUILDS[host.stack].libraries
    there = ", ".join("%s (%s)" % (name, host.libraries[name]) for name in names
                      if host.libraries.get(name))
    missing = ", ".join(name for name in names if not host.libraries.get(name))
    if missing:
        return Finding("CUDA libraries", without, "missing: %s; there: %s"
                       % (missing, there or "none"), _remake(host))
    return Finding("CUDA libraries", FIT, there, "")


def _without_driver(host, device):
    if device == "gpu":
        return Finding("device", UNFIT, "no NVIDIA driver is there", "docker run --gpus all, where "
                       "the host has one" if host.container else "install it")
    return Finding("device", NOTE, "the processor: no NVIDIA driver is there",
                   "if the host has a GPU: docker run --gpus all" if host.container else "")


def _driver(host):
    version, build = host.cards.driver, BUILDS[host.stack]
    if version is None:
        return Finding("driver", NOTE, "its version is not known", "")
    if numbers(version) >= build.driver:
        return Finding("driver", FIT, "%s (at least %s)" % (version, written(build.driver)), "")
    branches = [generation(card.capability) for card in cards.visible(host.cards)
                if card.capability]
    last = next(("; branch %d is the last that knows %s" % (branch, name)
                 for name, branch in branches if branch), "")
    return Finding("driver", UNFIT, "%s is older than the %s that this TensorFlow's CUDA needs"
                   % (version, written(build.driver)), "install a newer driver" + last)


def _no_cards(host):
    if host.container:
        return Finding("GPU", UNFIT, "the host has the NVIDIA driver %s, but this container was "
                       "given no GPU" % host.cards.driver,
                       "docker run --gpus all (the host needs the NVIDIA container toolkit)")
    return Finding("GPU", UNFIT, host.cards.said or "the driver is loaded, but its libcuda.so.1 is "
                   "not found", "nvidia-smi should list the card; install the driver anew if not")


def _cards(host):
    """A finding for each visible card. Where TensorFlow's first is not right, another is named."""
    seen = cards.visible(host.cards)
    found = [_card(host, card) for card in seen]
    right = [card for card, finding in zip(seen, found) if finding.level != UNFIT]
    if right:
        found = [finding._replace(do="CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=%d"
                                  % right[0].index) if finding.level == UNFIT else finding
                 for finding in found]
    return found


def _card(host, card):
    subject = "GPU %d" % card.index
    what = card.name if card.memory is None else "%s, %s" % (card.name, _size(card.memory << 20))
    if card.capability is None:
        return Finding(subject, NOTE, what + ", of a compute capability that is not known", "")
    what += ", compute capability %d.%d (%s)" % (card.capability + generation(card.capability)[:1])
    how = runs(BUILDS[host.stack], card.capability)
    if how == "compiled":
        return Finding(subject, FIT, what, "")
    if how == "by the driver":
        return Finding(subject, NOTE, what + ": the driver compiles for it at the first start",
                       "wait some minutes once")
    other = next(name for name in sorted(BUILDS) if name != host.stack)
    if runs(BUILDS[other], card.capability) in ("refused", "no"):
        return Finding(subject, UNFIT, what + ": TensorFlow %s does not run on it"
                       % host.tensorflow[0], "compute with --device cpu")
    return Finding(subject, UNFIT, what + ": TensorFlow %s does not run on it"
                   % host.tensorflow[0], "use the %s stack: %s" % (other, _image(other)))


def _image(stack):
    file, name = BUILDS[stack].image
    return "docker build -f %s -t %s . && docker run --gpus all … %s …" % (file, name, name)


def _remake(host):
    if host.container:
        return "build the image anew: docker build -f %s -t %s ." % BUILDS[host.stack].image
    return "make .venv-legacy" if host.stack == "faithful" else "make .venv"


def _size(count):
    for unit in ("KB", "MB", "GB"):
        count /= 1024
        if count < 1024 or unit == "GB":
            return "%.1f %s" % (count, unit)
