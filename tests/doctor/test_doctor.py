"""Whether a machine can train: verdicts on machines that are described, a look at this one."""
import json
import os

import pytest
from conftest import run_main, train, unoptimized_session

import synthesize
from common import command_line
from common.errors import InputError
from doctor import __main__ as doctor
from doctor import device_selection as device, diagnosis as judge, gpu_driver as cards, machine as host, self_test as trial, tensorflow_builds as builds
from nn import compat
from wavenet_vocoder.engine import binding

# what nvidia-smi answers to the query of cards.py
PASCAL = "0, GPU-1a, NVIDIA GeForce GTX 1080 Ti, 11264, 580.95.05, 6.1\n"
AMPERE = "0, GPU-2b, NVIDIA GeForce RTX 3090, 24576, 570.124.06, 8.6\n"
HOPPER = "0, GPU-3c, NVIDIA H100 80GB HBM3, 81559, 550.54.15, 9.0\n"
KEPLER = "0, GPU-4d, Tesla K80, 11441, 367.57\n1, GPU-4e, Tesla K80, 11441, 367.57\n"
BLACKWELL = "0, GPU-5f, NVIDIA GeForce RTX 5090, 32607, 575.57.08, 12.0\n"
BOTH = PASCAL + "1, GPU-2b, NVIDIA GeForce RTX 3090, 24576, 580.95.05, 8.6\n"


def machine(stack, answer, capability=None, chosen=None, **changes):
    """A Host in order, with the cards of an answer of nvidia-smi."""
    driver, found, said = cards.parsed(answer)
    found = [card._replace(capability=card.capability or capability) for card in found]
    build = builds.BUILDS[stack]
    described = host.Host(
        stack, {"faithful": "3.6.15", "present-day": "3.11.9"}[stack],
        ({"faithful": "1.3.0", "present-day": "2.21.0"}[stack], True), [], "a processor", 8,
        16 << 30, 64 << 20, [host.Folder("data", "/data", 100 << 30, True)],
        cards.Cards(driver, found, said, bool(found), chosen), False,
        {name: "1" for name in build.libraries}, True, "AVX2")
    return described._replace(**changes)


def verdict(described, asked="auto"):
    """(fit, where it computes, what is not fit and what to do, in one string)"""
    found = judge.findings(described, asked)
    wrong = "\n".join("%s: %s → %s" % (one.subject, one.says, one.do) for one in found
                      if one.level == judge.UNFIT)
    return judge.fit(found), judge.computes_on(described, asked), wrong


@pytest.mark.parametrize("stack", sorted(builds.BUILDS))
def test_gtx_1080_ti_with_driver_580_trains_on_both_stacks(stack):
    assert verdict(machine(stack, PASCAL)) == (True, "gpu", "")


@pytest.mark.parametrize("answer, name", [(AMPERE, "RTX 3090"), (HOPPER, "H100")])
def test_cards_after_pascal_need_the_present_day_image(answer, name):
    assert verdict(machine("present-day", answer)) == (True, "gpu", "")
    fit, _, wrong = verdict(machine("faithful", answer))
    assert not fit and name in wrong
    assert "docker build -f Dockerfile.modern -t voicecloning-modern ." in wrong


def test_k80_with_an_old_driver_needs_branch_470_and_the_faithful_stack():
    fit, _, wrong = verdict(machine("faithful", KEPLER, (3, 7)))
    assert not fit
    assert wrong.splitlines() == [
        "driver: 367.57 is older than the 375.26 that this TensorFlow's CUDA needs → install a "
        "newer driver; branch 470 is the last that knows Kepler"]
    newer = KEPLER.replace("367.57", "470.256.02")
    assert verdict(machine("faithful", newer, (3, 7))) == (True, "gpu", "")
    fit, _, wrong = verdict(machine("present-day", newer, (3, 7)))
    assert not fit and "docker build -f Dockerfile -t voicecloning ." in wrong


@pytest.mark.parametrize("stack", sorted(builds.BUILDS))
def test_without_a_driver_the_processor_trains_unless_a_gpu_is_asked_for(stack):
    assert verdict(machine(stack, None)) == (True, "cpu", "")
    fit, _, wrong = verdict(machine(stack, None), "gpu")
    assert not fit and "no NVIDIA driver" in wrong


def test_a_card_that_is_newer_than_the_build_waits_for_the_driver():
    found = judge.findings(machine("present-day", BLACKWELL))
    assert judge.fit(found)
    assert any(one.level == judge.NOTE and "the driver compiles" in one.says for one in found)


@pytest.mark.parametrize("stack, capability, how", [
    ("faithful", (2, 1), "no"), ("faithful", (3, 7), "compiled"),
    ("faithful", (5, 0), "by the driver"), ("faithful", (5, 2), "compiled"),
    ("faithful", (6, 1), "compiled"), ("faithful", (7, 0), "refused"),
    ("faithful", (9, 0), "refused"), ("present-day", (5, 2), "no"),
    ("present-day", (6, 1), "compiled"), ("present-day", (7, 5), "compiled"),
    ("present-day", (8, 6), "compiled"), ("present-day", (12, 0), "by the driver")])
def test_a_build_runs_on_what_it_has_code_for(stack, capability, how):
    assert builds.runs(builds.BUILDS[stack], capability) == how


def test_of_two_cards_the_one_that_the_build_knows_is_named():
    fit, _, wrong = verdict(machine("faithful", BOTH))
    assert not fit and "CUDA_VISIBLE_DEVICES=0" in wrong
    assert verdict(machine("faithful", BOTH, chosen="0"))[0]
    assert verdict(machine("faithful", BOTH, chosen="GPU-1a"))[0]
    assert not verdict(machine("faithful", BOTH, chosen="1,0"))[0]


def test_hidden_cards_mean_the_processor():
    assert verdict(machine("faithful", AMPERE, chosen="-1")) == (True, "cpu", "")
    assert not verdict(machine("faithful", AMPERE, chosen=""), "gpu")[0]
    assert verdict(machine("faithful", AMPERE), "cpu") == (True, "cpu", "")


def test_a_container_without_the_gpu_of_its_host_is_told_the_option():
    found = cards.Cards("580.95.05", [], None, False, None)
    fit, _, wrong = verdict(machine("faithful", None, cards=found, container=True))
    assert not fit and "docker run --gpus all" in wrong
    assert verdict(machine("faithful", None, cards=found, container=True), "cpu")[0]


def test_what_nvidia_smi_says_instead_of_cards_is_passed_on():
    answer = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"
    driver, found, said = cards.parsed(answer)
    assert (driver, found, said) == (None, [], answer.strip())
    described = machine("faithful", None, cards=cards.Cards("535.1", [], said, True, None))
    assert "couldn't communicate" in verdict(described)[2]


@pytest.mark.parametrize("changes, said", [
    ({"tensorflow": ("1.3.0", False)}, "computes on the processor alone"),
    ({"libraries": {"libcudnn.so.6": None}}, "libcudnn.so.6"),
    ({"tensorflow": (None, "libcusolver.so.8.0: cannot open")}, "libcusolver.so.8.0"),
    ({"python": "3.7.1"}, "use Python 3.6 to 3.6"),
    ({"memory": 1 << 29}, "512.0 MB"),
    ({"shm": None}, "/dev/shm is missing"),
    ({"font": False}, "pictures cannot be drawn"),
    ({"folders": [host.Folder("logs", "/logs", 1 << 40, False)]}, "/logs cannot be written")])
def test_what_is_in_the_way_is_named(changes, said):
    fit, _, wrong = verdict(machine("faithful", PASCAL, **changes))
    assert not fit and said in wrong


@pytest.mark.parametrize("changes", [
    {"differing": ["numpy is 1.15.0, the lock says ==1.16.6"]}, {"engine": None},
    {"folders": [host.Folder("logs", "/logs", 1 << 30, True)]}])
def test_what_is_only_worth_knowing_is_a_note(changes):
    found = judge.findings(machine("faithful", PASCAL, **changes))
    assert judge.fit(found) and judge.NOTE in {one.level for one in found}


def test_cuda_libraries_are_told_where_the_processor_computes_too():
    told = {one.subject: one for one in judge.findings(machine("faithful", None))}
    assert told["CUDA libraries"].says.startswith("libcudart.so.8.0 (1), ")
    without = dict.fromkeys(builds.BUILDS["faithful"].libraries, "8.0.61")
    without["libcudnn.so.6"] = None
    found = judge.findings(machine("faithful", None, libraries=without))
    told = {one.subject: one for one in found}
    assert judge.fit(found) and told["CUDA libraries"].level == judge.NOTE
    assert told["CUDA libraries"].says.startswith("missing: libcudnn.so.6; there: libcudart.so.8.0 (8")
    alone = judge.findings(machine("present-day", None, tensorflow=("2.21.0", False)))
    assert "CUDA libraries" not in {one.subject for one in alone}


def test_a_shared_memory_of_64_mb_is_enough():
    assert verdict(machine("faithful", PASCAL, shm=64 << 20))[0]


def test_packages_that_are_not_as_pinned_are_named(tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("numpy==0.1 \\\n    --hash=sha256:00\nno-such-package==1.0\n"
                    "absent==1; python_version < \"3\"\n", encoding="utf-8")
    found = host.differing(str(lock))
    assert len(found) == 2
    assert found[0].startswith("numpy is ") and found[0].endswith(", the lock says ==0.1")
    assert found[1] == "no-such-package is missing"


def test_this_machine_is_described_and_judged(capsys):
    machine_here = host.find()
    assert machine_here.cores >= 1 and machine_here.memory > 0 and machine_here.font
    assert machine_here.differing == []
    status = doctor.main(["--quick", "--device", "cpu", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["fit"] == (status == 0)
    assert {"subject", "level", "says", "do"} == set(told["findings"][0])
    assert told["machine"]["cores"] == machine_here.cores


def test_a_machine_that_is_not_fit_is_2(capsys, monkeypatch):
    monkeypatch.setattr(host, "find", lambda: machine("faithful", HOPPER))
    assert doctor.main([]) == command_line.EXIT_INPUT_ERROR
    said = capsys.readouterr().out
    assert "NOT FIT" in said and said.endswith("not fit to train: see NOT FIT above\n")


@pytest.mark.parametrize("engine", [True, False])
def test_the_trial_takes_a_step_and_makes_audio_as_a_voice_does(monkeypatch, engine):
    monkeypatch.setattr(compat, "session", unoptimized_session)
    if not engine:
        monkeypatch.setattr(binding, "load_library", lambda: None)
    elif not binding.load_library():
        pytest.skip("there is no compiler")
    times = trial.run(audio=0.05)
    assert times.step > 0 and times.generation > 0 and times.start > times.step
    assert (times.precision in binding.PRECISIONS) is engine


@pytest.mark.parametrize("precision, by", [
    ("int8", "by the vocoder engine in int8"), (None, "by TensorFlow on the cpu")])
def test_what_generated_is_told_with_its_time(monkeypatch, precision, by):
    monkeypatch.setattr(trial, "run", lambda: trial.Trial(2.0, 0.5, 0.25, 1.0, precision))
    told = {finding.subject: finding.says for finding in doctor.tried("cpu")}
    assert told["training step"].startswith("0.50 s on the cpu")
    assert told["generation"].startswith("0.25 s for 1.0 s of audio " + by)


def test_a_trainer_refuses_to_compute_on_the_processor_of_a_machine_with_a_gpu(
        stores, tmp_path, monkeypatch):
    monkeypatch.setattr(cards, "find", lambda: cards.Cards(
        *cards.parsed(PASCAL), reachable=True, chosen=None))
    monkeypatch.setattr(host, "find", lambda: machine("faithful", PASCAL,
                                                      tensorflow=("1.3.0", False)))
    with pytest.raises(InputError) as refused:
        train("vocoder", stores[:1], tmp_path / "run", "--preset", "tiny")
    assert "GTX 1080 Ti" in str(refused.value) and "--device cpu" in str(refused.value)
    assert not (tmp_path / "run").exists()
    monkeypatch.setattr(host, "find", lambda: machine("faithful", PASCAL))
    with pytest.raises(InputError, match="TensorFlow sees no GPU"):
        device.select_device("auto")


def test_a_trainer_computes_on_the_processor_where_it_is_told_to(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(cards, "find", lambda: pytest.fail("the cards do not matter"))
    device.select_device("cpu")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def test_synthesis_goes_on_with_the_processor_and_says_why(monkeypatch, capsys):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(host, "find", lambda: machine("faithful", HOPPER))
    monkeypatch.setattr(cards, "find", lambda: machine("faithful", HOPPER).cards)
    with pytest.raises(InputError, match="does not run on it"):
        device.select_device("gpu", allow_fallback=True)
    device.select_device("auto", allow_fallback=True)
    said = capsys.readouterr().err
    assert said.startswith("note: GPU 0: NVIDIA H100") and said.count("\n") == 1
    assert said.endswith(": computing on the processor\n")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def test_synthesis_asks_before_it_loads_a_voice(monkeypatch, tmp_path):
    monkeypatch.setattr(cards, "find", lambda: cards.Cards(None, [], None, False, None))
    text = tmp_path / "text.txt"
    text.write_text("안녕.\n", encoding="utf-8")
    options = [str(text), "--tacotron", str(tmp_path / "none"), "--vocoder", "griffin-lim"]
    with pytest.raises(InputError, match="no NVIDIA driver"):
        synthesize.main(options + ["--device", "gpu"])
    with pytest.raises(InputError, match="none"):
        synthesize.main(options)


def test_a_gpu_that_is_asked_for_and_not_there_is_an_error(monkeypatch, stores, tmp_path):
    monkeypatch.setattr(cards, "find", lambda: cards.Cards(None, [], None, False, None))
    with pytest.raises(InputError, match="no NVIDIA driver"):
        run_main(lambda arguments: train("vocoder", stores[:1], tmp_path / "run", "--device", "gpu"))
