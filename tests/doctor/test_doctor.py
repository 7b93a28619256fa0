"""The doctor's verdicts on fictitious machines, and an inspection of this one."""
import collections
import json
import os
import re
import subprocess
import sys

import pynvml
import pytest
from conftest import ROOT, run_main, train, unoptimized_session

import synthesize
from common import command_line
from common.errors import InputError
from doctor import __main__ as doctor, device_selection, diagnosis, gpu_driver, machine, self_test
from doctor.finding import can_train
from doctor.gpu_driver import Driver, Gpu
from doctor.tensorflow_builds import BUILDS, gpu_support
from nn import compat
from wavenet_vocoder.engine import binding

PASCAL = Gpu(0, "GPU-1a", "NVIDIA GeForce GTX 1080 Ti", 11264 << 20, (6, 1))
AMPERE = Gpu(0, "GPU-2b", "NVIDIA GeForce RTX 3090", 24576 << 20, (8, 6))
HOPPER = Gpu(0, "GPU-3c", "NVIDIA H100 80GB HBM3", 81559 << 20, (9, 0))
KEPLER = Gpu(0, "GPU-4d", "Tesla K80", 11441 << 20, (3, 7))
BLACKWELL = Gpu(0, "GPU-5f", "NVIDIA GeForce RTX 5090", 32607 << 20, (12, 0))
NO_DRIVER = Driver(None, [], None, None)


def make_driver(*gpus, version="580.95.05", visible=None):
    """A Driver with these GPUs, numbered in order; `visible` is CUDA_VISIBLE_DEVICES."""
    return Driver(version, [gpu._replace(index=index) for index, gpu in enumerate(gpus)], None,
                  visible)


def make_machine(stack, driver, **changes):
    """A Machine without any problem but those of its driver and of `changes`."""
    version, python = {"faithful": ("1.3.0", "3.6.15"), "present-day": ("2.21.0", "3.11.9")}[stack]
    return machine.Machine(
        stack, (version, True), {name: "1" for name in BUILDS[stack].cuda_libraries}, driver,
        False, python, [], "a processor", 8, 16 << 30, 64 << 20,
        [machine.Folder("data", "/data", 100 << 30, True)], True, "AVX2")._replace(**changes)


def verdict(inspected, device="auto"):
    """(whether it can train, on "gpu" or "cpu", the failed findings with remedies as text)"""
    findings = diagnosis.diagnose(inspected, device)
    failed = "\n".join("%s: %s → %s" % (finding.subject, finding.message, finding.remedy)
                       for finding in findings if finding.status == diagnosis.FAIL)
    return (can_train(findings), diagnosis.training_device(inspected, device),
            failed)


@pytest.mark.parametrize("stack", sorted(BUILDS))
def test_gtx_1080_ti_with_driver_580_trains_on_both_stacks(stack):
    assert verdict(make_machine(stack, make_driver(PASCAL))) == (True, "gpu", "")


@pytest.mark.parametrize("gpu, name", [(AMPERE, "RTX 3090"), (HOPPER, "H100")])
def test_gpus_after_pascal_need_the_present_day_image(gpu, name):
    assert verdict(make_machine("present-day", make_driver(gpu))) == (True, "gpu", "")
    fit, _, failed = verdict(make_machine("faithful", make_driver(gpu)))
    assert not fit and name in failed
    assert "docker build -f Dockerfile.modern -t voicecloning-modern ." in failed


def test_k80_with_an_old_driver_needs_branch_470_and_the_faithful_stack():
    old = make_driver(KEPLER, KEPLER, version="367.57")
    fit, _, failed = verdict(make_machine("faithful", old))
    assert not fit
    assert failed.splitlines() == [
        "driver: 367.57 is too old: the CUDA of this TensorFlow needs 375.26 → install a newer "
        "driver; branch 470 is the last that supports Kepler"]
    newer = make_driver(KEPLER, KEPLER, version="470.256.02")
    assert verdict(make_machine("faithful", newer)) == (True, "gpu", "")
    fit, _, failed = verdict(make_machine("present-day", newer))
    assert not fit and "docker build -f Dockerfile -t voicecloning ." in failed


def test_an_old_driver_of_a_new_gpu_names_no_last_branch():
    _, _, failed = verdict(make_machine("present-day", make_driver(HOPPER, version="470.256.02")))
    assert failed.endswith("needs 525.60.13 → install a newer driver")


@pytest.mark.parametrize("stack", sorted(BUILDS))
def test_without_a_driver_the_cpu_trains_unless_a_gpu_is_requested(stack):
    assert verdict(make_machine(stack, NO_DRIVER)) == (True, "cpu", "")
    fit, _, failed = verdict(make_machine(stack, NO_DRIVER), "gpu")
    assert not fit and "no NVIDIA driver" in failed


def test_the_driver_compiles_kernels_for_a_gpu_newer_than_the_build():
    findings = diagnosis.diagnose(make_machine("present-day", make_driver(BLACKWELL)))
    assert can_train(findings)
    assert any(finding.status == diagnosis.NOTE and "the driver compiles" in finding.message
               for finding in findings)


def test_a_gpu_of_unknown_compute_capability_is_a_note():
    unknown = make_machine("faithful", make_driver(PASCAL._replace(compute_capability=None)))
    assert verdict(unknown) == (True, "gpu", "")


@pytest.mark.parametrize("stack, capability, support", [
    ("faithful", (2, 1), "none"), ("faithful", (3, 7), "native"),
    ("faithful", (5, 0), "ptx"), ("faithful", (5, 2), "native"),
    ("faithful", (6, 1), "native"), ("faithful", (7, 0), "broken"),
    ("faithful", (9, 0), "broken"), ("present-day", (5, 2), "none"),
    ("present-day", (6, 1), "native"), ("present-day", (7, 5), "native"),
    ("present-day", (8, 6), "native"), ("present-day", (12, 0), "ptx")])
def test_a_build_supports_the_gpus_that_it_has_code_for(stack, capability, support):
    assert gpu_support(BUILDS[stack], capability) == support


def test_the_remedy_for_an_unsupported_gpu_is_a_supported_one():
    fit, _, failed = verdict(make_machine("faithful", make_driver(PASCAL, AMPERE)))
    assert not fit and "CUDA_VISIBLE_DEVICES=0" in failed
    for visible, fit in (("0", True), ("GPU-1a", True), ("1,0", False)):
        driver = make_driver(PASCAL, AMPERE, visible=visible)
        assert verdict(make_machine("faithful", driver))[0] is fit


def test_if_all_gpus_are_hidden_the_cpu_trains():
    assert verdict(make_machine("faithful", make_driver(AMPERE, visible="-1"))) == (True, "cpu", "")
    assert not verdict(make_machine("faithful", make_driver(AMPERE, visible="")), "gpu")[0]
    assert verdict(make_machine("faithful", make_driver(AMPERE)), "cpu") == (True, "cpu", "")


def test_a_container_without_the_gpu_of_its_host_names_the_docker_option():
    container = make_machine("faithful", make_driver(), in_container=True)
    fit, _, failed = verdict(container)
    assert not fit and "docker run --gpus all" in failed
    assert verdict(container, "cpu")[0]


def test_the_error_of_nvml_is_reported():
    failing = Driver("535.1", [], "NVML: Driver/library version mismatch", None)
    assert "Driver/library version mismatch" in verdict(make_machine("faithful", failing))[2]


@pytest.mark.parametrize("changes, message", [
    ({"tensorflow": ("1.3.0", False)}, "built without CUDA"),
    ({"cuda_libraries": {"libcudnn.so.6": None}}, "libcudnn.so.6"),
    ({"tensorflow": (None, "libcusolver.so.8.0: cannot open")}, "libcusolver.so.8.0"),
    ({"python": "3.7.1"}, "use Python 3.6 to 3.6"),
    ({"memory": 1 << 29}, "512.0 MB"),
    ({"shm": None}, "/dev/shm is missing"),
    ({"shm": 1 << 19}, "/dev/shm is 512.0 KB"),
    ({"font": False}, "plots cannot be drawn"),
    ({"folders": [machine.Folder("logs", "/logs", 1 << 40, False)]}, "/logs is not writable")])
def test_what_prevents_training_is_named(changes, message):
    fit, _, failed = verdict(make_machine("faithful", make_driver(PASCAL), **changes))
    assert not fit and message in failed


@pytest.mark.parametrize("changes", [
    {"package_differences": ["numpy is 1.15.0, the lock says ==1.16.6"]}, {"engine": None},
    {"folders": [machine.Folder("logs", "/logs", 1 << 30, True)]}])
def test_what_does_not_prevent_training_is_a_note(changes):
    findings = diagnosis.diagnose(make_machine("faithful", make_driver(PASCAL), **changes))
    assert can_train(findings)
    assert diagnosis.NOTE in {finding.status for finding in findings}


def test_cuda_libraries_are_listed_for_the_cpu_too():
    def library_finding(**changes):
        findings = diagnosis.diagnose(make_machine("faithful", NO_DRIVER, **changes))
        assert can_train(findings)
        return {finding.subject: finding for finding in findings}.get("CUDA libraries")

    assert library_finding().message.startswith("libcudart.so.8.0 (1), ")
    versions = dict.fromkeys(BUILDS["faithful"].cuda_libraries, "8.0.61")
    versions["libcudnn.so.6"] = None
    incomplete = library_finding(cuda_libraries=versions)
    assert incomplete.status == diagnosis.NOTE
    assert incomplete.message.startswith("missing: libcudnn.so.6; found: libcudart.so.8.0 (8")
    assert library_finding(tensorflow=("1.3.0", False)) is None


def test_packages_that_differ_from_the_lock_are_named(tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("numpy==0.1 \\\n    --hash=sha256:00\nno-such-package==1.0\n"
                    "absent==1; python_version < \"3\"\n", encoding="utf-8")
    numpy, missing = machine.package_differences(str(lock))
    assert numpy.startswith("numpy is ") and numpy.endswith(", the lock says ==0.1")
    assert missing == "no-such-package is missing"


class FakeNvml(object):
    """Replaces pynvml: two GPUs. For the second, the driver reports no compute capability."""

    names = ["Tesla P100", "Tesla K80"]

    def install(self, monkeypatch):
        for name in dir(self):
            if name.startswith("nvml"):
                monkeypatch.setattr(pynvml, name, getattr(self, name))
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def nvmlInit(self):
        pass

    def nvmlSystemGetDriverVersion(self):
        return "470.256.02"

    def nvmlDeviceGetCount(self):
        return len(self.names)

    def nvmlDeviceGetHandleByIndex(self, index):
        return index

    def nvmlDeviceGetUUID(self, handle):
        return "GPU-%d" % handle

    def nvmlDeviceGetName(self, handle):
        return self.names[handle]

    def nvmlDeviceGetMemoryInfo(self, handle):
        return collections.namedtuple("Memory", "total free used")(16 << 30, 0, 0)

    def nvmlDeviceGetCudaComputeCapability(self, handle):
        if handle:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
        return [6, 0]


def test_gpus_are_queried_from_nvml(monkeypatch):
    FakeNvml().install(monkeypatch)
    assert gpu_driver.query_driver() == Driver("470.256.02", [
        Gpu(0, "GPU-0", "Tesla P100", 16 << 30, (6, 0)),
        Gpu(1, "GPU-1", "Tesla K80", 16 << 30, None)], None, None)


@pytest.mark.parametrize("code, error", [
    (pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, None),
    (pynvml.NVML_ERROR_DRIVER_NOT_LOADED, "NVML: Driver Not Loaded")])
def test_without_a_working_nvml_there_is_no_gpu(monkeypatch, code, error):
    def fail():
        raise pynvml.NVMLError(code)

    monkeypatch.setattr(pynvml, "nvmlInit", fail)
    result = gpu_driver.query_driver()
    assert (result.gpus, result.error) == ([], error)


def test_this_machine_is_inspected_and_judged(capsys):
    result = machine.inspect_machine()
    assert result.cpus >= 1 and result.memory > 0 and result.font
    assert result.package_differences == []
    status = doctor.main(["--quick", "--device", "cpu", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert printed["fit"] == (status == 0)
    assert {"subject", "status", "message", "remedy"} == set(printed["findings"][0])
    assert printed["machine"]["cpus"] == result.cpus


def test_a_machine_that_cannot_train_is_exit_status_2(capsys, monkeypatch):
    monkeypatch.setattr(machine, "inspect_machine",
                        lambda: make_machine("faithful", make_driver(HOPPER)))
    assert doctor.main([]) == command_line.EXIT_INPUT_ERROR
    printed = capsys.readouterr().out
    assert "  FAIL  " in printed
    assert printed.endswith("This machine cannot train: see FAIL above.\n")


@pytest.mark.parametrize("package", ["soundfile", "scipy.signal", "matplotlib", "psutil", "pynvml"])
def test_a_missing_package_is_named_and_the_machine_cannot_train(capsys, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)     # its import raises ImportError
    assert doctor.main(["--quick"]) == command_line.EXIT_INPUT_ERROR
    printed = capsys.readouterr().out
    assert re.search("package %s +FAIL +cannot be imported" % package.split(".")[0], printed)
    assert "make .venv" in printed
    assert doctor.main(["--quick", "--json"]) == command_line.EXIT_INPUT_ERROR
    assert json.loads(capsys.readouterr().out)["fit"] is False


def test_the_doctor_needs_no_package_to_say_that_one_is_missing():
    code = """if True:
        import sys, runpy
        for name in ("numpy", "scipy", "psutil", "pynvml", "packaging", "tqdm", "matplotlib",
                     "tensorflow", "soundfile", "librosa"):
            sys.modules[name] = None
        sys.argv = ["doctor", "--quick"]
        runpy.run_module("doctor", run_name="__main__")"""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, universal_newlines=True)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 2 and "This machine cannot train" in stdout and not stderr


@pytest.mark.parametrize("engine", [True, False])
def test_the_self_test_trains_a_step_and_generates_audio(monkeypatch, engine):
    monkeypatch.setattr(compat, "create_session", unoptimized_session)
    if not engine:
        monkeypatch.setattr(binding, "load_library", lambda: None)
    elif not binding.load_library():
        pytest.skip("there is no compiler")
    result = self_test.run_self_test(audio_duration=0.05)
    assert result.step_time > 0 and result.generation_time > 0
    assert result.startup_time > result.step_time
    assert (result.precision in binding.PRECISIONS) is engine


@pytest.mark.parametrize("precision, generator", [
    ("int8", "the vocoder engine in int8"), (None, "NumPy, because there is no C compiler")])
def test_the_self_test_names_what_generated_the_audio(monkeypatch, precision, generator):
    monkeypatch.setattr(self_test, "run_self_test",
                        lambda: self_test.SelfTestResult(2.0, 0.5, 0.25, 1.0, precision))
    messages = {finding.subject: finding.message for finding in doctor.self_test_findings("cpu")}
    assert messages["training step"].startswith("0.50 s on the CPU")
    assert messages["generation"].startswith("0.25 s for 1.0 s of audio by " + generator)


@pytest.fixture
def gpu_machine(monkeypatch):
    """gpu_machine(Machine) makes device_selection find this machine."""
    def use(inspected):
        monkeypatch.setattr(device_selection, "query_driver", lambda: inspected.driver)
        monkeypatch.setattr(device_selection, "inspect_gpu_environment",
                            lambda driver: inspected)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    return use


def test_trainers_refuse_the_cpu_of_a_machine_with_a_gpu(stores, tmp_path, gpu_machine):
    gpu_machine(make_machine("faithful", make_driver(PASCAL), tensorflow=("1.3.0", False)))
    with pytest.raises(InputError) as error:
        train("vocoder", stores[:1], tmp_path / "run", "--preset", "tiny")
    assert "GTX 1080 Ti" in str(error.value) and "--device cpu" in str(error.value)
    assert not (tmp_path / "run").exists()
    gpu_machine(make_machine("faithful", make_driver(PASCAL)))
    with pytest.raises(InputError, match="TensorFlow sees no GPU"):
        device_selection.select_device("auto")


def test_device_cpu_hides_the_gpus_without_looking_at_them(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(device_selection, "query_driver", lambda: pytest.fail("driver queried"))
    device_selection.select_device("cpu")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def test_selecting_a_device_checks_nothing_but_the_gpu(monkeypatch):
    """The start of a program must not read all package pins or compile the vocoder engine."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(device_selection, "query_driver", lambda: make_driver(PASCAL))
    monkeypatch.setattr(device_selection, "tensorflow_gpus", lambda: ["GPU:0"])
    monkeypatch.setattr(machine, "_import_tensorflow", lambda: ("1.3.0", True))
    monkeypatch.setattr(machine, "_library_version", lambda name: "1")
    monkeypatch.setattr(machine, "package_differences", lambda lock: pytest.fail("pins read"))
    monkeypatch.setattr(machine, "_engine_instructions", lambda: pytest.fail("engine loaded"))
    device_selection.select_device("auto")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0"


def test_synthesis_checks_the_device_before_it_loads_a_voice(monkeypatch, tmp_path):
    monkeypatch.setattr(device_selection, "query_driver", lambda: NO_DRIVER)
    text = tmp_path / "text.txt"
    text.write_text("안녕.\n", encoding="utf-8")
    options = [str(text), "--tacotron", str(tmp_path / "none"), "--vocoder", "griffin-lim"]
    with pytest.raises(InputError, match="no NVIDIA driver"):
        synthesize.main(options + ["--device", "gpu"])
    with pytest.raises(InputError, match="none"):
        synthesize.main(options)


def test_requesting_a_gpu_without_a_driver_is_an_error(monkeypatch, stores, tmp_path):
    monkeypatch.setattr(device_selection, "query_driver", lambda: NO_DRIVER)
    with pytest.raises(InputError, match="no NVIDIA driver"):
        run_main(lambda arguments: train("vocoder", stores[:1], tmp_path / "run", "--device",
                                         "gpu"))
