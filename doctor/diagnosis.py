"""Judge whether a Machine can train. Pure functions: they read nothing but their arguments."""
from doctor.finding import FAIL, NOTE, OK, Finding
from doctor.gpu_driver import visible_gpus
from doctor.tensorflow_builds import (BUILDS, architecture, format_version, gpu_support,
                                      parse_version)

_MIN_MEMORY = 2 << 30       # bytes; a process needs several hundred MB even with the preset `tiny`
# bytes; about the size of the checkpoints that a run of the preset `reference` keeps, with Adam's
# moments
_MIN_DISK = 5 << 30
# bytes; holds only the semaphores of preprocess.py's workers; Docker's default is 64 MB
_MIN_SHM = 1 << 20


def diagnose(machine, device="auto"):
    """[Finding] on a Machine, for training with --device auto, cpu or gpu."""
    return (_software_findings(machine) + _hardware_findings(machine)
            + gpu_findings(machine, device))


def training_device(environment, device):
    """"gpu" or "cpu": the device that TensorFlow uses if no finding is a FAIL."""
    return "gpu" if device != "cpu" and visible_gpus(environment.driver) else "cpu"


def _software_findings(machine):
    build = BUILDS[machine.stack]
    oldest, newest = build.pythons
    version, cuda_or_error = machine.tensorflow
    python = "%s, %s stack" % (machine.python, machine.stack)
    reinstall = _reinstall(machine)
    return [
        _check("Python", oldest <= parse_version(machine.python)[:2] <= newest, python, python,
               "use Python %s to %s" % (format_version(oldest), format_version(newest))),
        _check("TensorFlow", version,
               "%s, built %s CUDA" % (version, "with" if cuda_or_error else "without"),
               "cannot be imported: %s" % cuda_or_error, reinstall),
        _check("packages", not machine.package_differences, "as pinned in %s" % build.lock_file,
               "; ".join(machine.package_differences), reinstall, NOTE),
        _check("Korean font", machine.font, "NanumGothic", "missing: plots cannot be drawn",
               reinstall),
        _check("vocoder engine", machine.engine, machine.engine,
               "missing: NumPy generates the audio, slowly", "", NOTE)]


def _hardware_findings(machine):
    memory = "%s available" % _format_size(machine.memory)
    shm = "missing" if machine.shm is None else _format_size(machine.shm)
    return [
        Finding("CPU", OK, "%s, %d available" % (machine.processor, machine.cpus)),
        _check("memory", machine.memory >= _MIN_MEMORY, memory, "only " + memory,
               "close other programs, or give the container more (docker run --memory)"),
        _check("shared memory", (machine.shm or 0) >= _MIN_SHM, shm, "/dev/shm is " + shm,
               "docker run --shm-size 64m")
    ] + [_folder_finding(machine, folder) for folder in machine.folders]


def _check(subject, passed, message, problem, remedy, status=FAIL):
    """Finding: OK and `message` if the check passed, else `status`, `problem` and `remedy`."""
    return Finding(subject, OK, message) if passed else Finding(subject, status, problem, remedy)


def _folder_finding(machine, folder):
    subject = "folder %s" % folder.name
    free = "%s free" % _format_size(folder.free)
    if not folder.writable:
        return Finding(subject, FAIL, "%s is not writable" % folder.path,
                       "docker run --user \"$(id -u):$(id -g)\", or chown the folder"
                       if machine.in_container else "change its owner or its permissions")
    return _check(subject, folder.free >= _MIN_DISK, free, free,
                  "free some space before a long training run", NOTE)


def gpu_findings(environment, device="auto"):
    """[Finding] on the GPU, from a Machine or a GpuEnvironment.

    One is a FAIL where TensorFlow would silently compute on the CPU of a machine with a GPU.
    """
    driver = environment.driver
    version, with_cuda = environment.tensorflow     # without a version, with_cuda is the error
    cpu_finding = _cpu_finding(environment, device)
    if cpu_finding:
        return [cpu_finding] + ([_library_finding(environment, NOTE)] if version and with_cuda
                                else [])
    findings = [_driver_finding(environment)]
    if not driver.gpus:
        findings.append(_no_gpu_finding(environment))
    elif version and not with_cuda:
        findings.append(Finding("GPU", FAIL, "%s is present, but this TensorFlow was built without "
                                "CUDA" % visible_gpus(driver)[0].name, _reinstall(environment)))
    else:
        findings.append(_library_finding(environment, FAIL))
    return findings + _visible_gpu_findings(environment)


def _cpu_finding(environment, device):
    """Finding with the reason why TensorFlow computes on the CPU; None if it shall use a GPU."""
    driver = environment.driver
    status = FAIL if device == "gpu" else NOTE
    if device == "cpu":
        return Finding("device", NOTE, "CPU, because of --device cpu")
    if driver.gpus and not visible_gpus(driver):
        return Finding("device", status, "CPU: CUDA_VISIBLE_DEVICES=%s hides every GPU"
                       % driver.cuda_visible_devices, "name a GPU there, or use --device cpu"
                       if device == "gpu" else "")
    if driver.version is None and not driver.gpus:
        if environment.in_container:
            remedy = "if the host has a GPU: docker run --gpus all"
        else:
            remedy = "install the NVIDIA driver" if device == "gpu" else ""
        return Finding("device", status, "CPU: no NVIDIA driver found", remedy)
    return None


def _library_finding(environment, status_if_missing):
    names = BUILDS[environment.stack].cuda_libraries
    versions = environment.cuda_libraries
    found = ", ".join("%s (%s)" % (name, versions[name]) for name in names if versions.get(name))
    missing = ", ".join(name for name in names if not versions.get(name))
    return _check("CUDA libraries", not missing, found,
                  "missing: %s; found: %s" % (missing, found or "none"), _reinstall(environment),
                  status_if_missing)


def _driver_finding(environment):
    version, oldest = environment.driver.version, BUILDS[environment.stack].min_driver
    if version is None:
        return Finding("driver", NOTE, "version unknown")
    if parse_version(version) >= oldest:
        return Finding("driver", OK, "%s (at least %s)" % (version, format_version(oldest)))
    architectures = [architecture(gpu.compute_capability)
                     for gpu in visible_gpus(environment.driver) if gpu.compute_capability]
    last_branch = next(("; branch %d is the last that supports %s" % (branch, name)
                        for name, branch in architectures if branch), "")
    return Finding("driver", FAIL, "%s is too old: the CUDA of this TensorFlow needs %s"
                   % (version, format_version(oldest)), "install a newer driver" + last_branch)


def _no_gpu_finding(environment):
    driver = environment.driver
    if environment.in_container and not driver.error:
        return Finding("GPU", FAIL, "the host has the NVIDIA driver %s, but this container was "
                       "given no GPU" % driver.version,
                       "docker run --gpus all (the host needs the NVIDIA Container Toolkit)")
    return Finding("GPU", FAIL, driver.error or "the driver is loaded, but lists no GPU",
                   "nvidia-smi should list the GPU; if it does not, reinstall the driver")


def _visible_gpu_findings(environment):
    """A Finding for each visible GPU. The remedy for an unusable GPU is to select a usable one."""
    gpus = visible_gpus(environment.driver)
    findings = [_gpu_finding(environment, gpu) for gpu in gpus]
    usable = [gpu for gpu, finding in zip(gpus, findings) if finding.status != FAIL]
    if usable:
        remedy = "CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=%d" % usable[0].index
        findings = [finding._replace(remedy=remedy) if finding.status == FAIL else finding
                    for finding in findings]
    return findings


def _gpu_finding(environment, gpu):
    subject, message, capability = "GPU %d" % gpu.index, gpu.name, gpu.compute_capability
    if gpu.memory:
        message += ", %s" % _format_size(gpu.memory)
    if capability is None:
        return Finding(subject, NOTE, message + ", compute capability unknown")
    message += ", compute capability %d.%d (%s)" % (capability + architecture(capability)[:1])
    support = gpu_support(BUILDS[environment.stack], capability)
    if support == "native":
        return Finding(subject, OK, message)
    if support == "ptx":
        return Finding(subject, NOTE, message + ": the driver compiles the kernels at the first "
                       "start", "the first start takes some minutes")
    message += ": TensorFlow %s does not run on it" % environment.tensorflow[0]
    for stack, build in sorted(BUILDS.items()):
        if gpu_support(build, capability) in ("native", "ptx"):
            return Finding(subject, FAIL, message, "use the %s stack: docker build -f %s -t %s . "
                           "&& docker run --gpus all … %s …"
                           % (stack, build.dockerfile, build.image, build.image))
    return Finding(subject, FAIL, message, "use --device cpu")


def _reinstall(environment):
    build = BUILDS[environment.stack]
    if environment.in_container:
        return "rebuild the image: docker build -f %s -t %s ." % (build.dockerfile, build.image)
    return "make .venv-legacy" if environment.stack == "faithful" else "make .venv"


def _format_size(size):
    """Bytes as text: "64.0 MB"."""
    for unit in ("KB", "MB", "GB"):
        size /= 1024
        if size < 1024 or unit == "GB":
            return "%.1f %s" % (size, unit)
