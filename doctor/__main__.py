"""Check whether this machine can train, and if not, say what to do.

    python -m doctor                  all checks, and the self-test (see --quick)
    python -m doctor --device cpu     checks for training on the CPU, even if there is a GPU
    python -m doctor --json           findings and machine as JSON

Exit status: 0 if the machine can train, 2 if not.
"""
import json
import os

from common import command_line
from doctor.finding import FAIL, NOTE, OK, Finding, can_train
from doctor.required_packages import package_findings

_MARKS = {OK: "ok", NOTE: "note", FAIL: "FAIL"}


def main(arguments):
    parser = command_line.Parser(prog="python -m doctor", description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=command_line.DEVICES, default="auto",
                        help="device to train on; auto (the default): the GPU if there is one")
    parser.add_argument("--quick", action="store_true",
                        help="skip the training step and the second of audio")
    parser.add_argument("--json", action="store_true", help="print findings and machine as JSON")
    options = parser.parse_args(arguments)
    if options.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    findings, machine = package_findings(), None
    if can_train(findings):
        # imported here, because they need packages that may be missing
        from doctor.diagnosis import diagnose, training_device
        from doctor.machine import inspect_machine
        machine = inspect_machine()
        findings = diagnose(machine, options.device)
        if not options.quick and can_train(findings):
            findings += self_test_findings(training_device(machine, options.device))
    if options.json:
        print(json.dumps({"fit": can_train(findings),
                          "findings": [finding._asdict() for finding in findings],
                          "machine": _namedtuples_to_dicts(machine)}, ensure_ascii=False, indent=1))
    else:
        print(format_findings(findings))
    return 0 if can_train(findings) else command_line.EXIT_INPUT_ERROR


def self_test_findings(device):
    """[Finding] of the self-test on the device "cpu" or "gpu"."""
    from doctor import self_test
    from doctor.device_selection import tensorflow_gpus
    from nn.compat import error_reason, tf
    if device == "gpu" and not tensorflow_gpus():
        return [Finding("TensorFlow's GPU", FAIL, "TensorFlow sees none",
                        "TF_CPP_MIN_LOG_LEVEL=0 shows why")]
    try:
        result = self_test.run_self_test()
    except tf.errors.OpError as problem:
        return [Finding("self-test", FAIL, error_reason(problem), "close other programs that use "
                        "the device and try again, or use --device cpu")]
    vocoder = ("the vocoder engine in %s" % result.precision if result.precision
               else "NumPy, because there is no C compiler")
    return [Finding("training step", OK, "%.2f s on the %s, preset tiny; first step after %.1f s"
                    % (result.step_time, device.upper(), result.startup_time)),
            Finding("generation", OK, "%.2f s for %.1f s of audio by %s, preset tiny"
                    % (result.generation_time, result.audio_duration, vocoder))]


def format_findings(findings):
    """The findings and the verdict as text."""
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append("%-*s  %-4s  %s" % (width, finding.subject, _MARKS[finding.status],
                                         finding.message))
        if finding.remedy:
            lines.append("%*s        → %s" % (width, "", finding.remedy))
    return "\n".join(lines + ["", "This machine can train." if can_train(findings) else
                              "This machine cannot train: see FAIL above."])


def _namedtuples_to_dicts(value):
    """The value with nested namedtuples as dicts; json would write them as arrays."""
    if hasattr(value, "_asdict"):
        return {name: _namedtuples_to_dicts(field) for name, field in value._asdict().items()}
    if isinstance(value, (list, tuple)):
        return [_namedtuples_to_dicts(item) for item in value]
    return value


if __name__ == "__main__":
    command_line.run_program(main)
