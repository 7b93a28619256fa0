"""Tell whether this machine can train, and if not, what to do.

    python -m doctor                  everything, with a training step and a second of audio
    python -m doctor --device cpu     of the processor, whatever cards are there
    python -m doctor --json           for programs

Exit status: 0 fit, 2 not.
"""
import json
import os

from common import command_line
from doctor import diagnosis as judge, machine as host
from doctor.device_selection import gpus
from doctor.diagnosis import FIT, NOTE, UNFIT, Finding

_MARKS = {FIT: "ok", NOTE: "note", UNFIT: "NOT FIT"}


def main(arguments):
    parser = command_line.Parser(prog="python -m doctor", description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=command_line.DEVICES, default="auto",
                        help="where to compute; auto (the default): the GPU where there is one")
    parser.add_argument("--quick", action="store_true", help="look only: no step, no audio")
    parser.add_argument("--json", action="store_true", help="findings and machine as JSON")
    options = parser.parse_args(arguments)
    if options.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    machine = host.find()
    found = judge.findings(machine, options.device)
    if not options.quick and judge.fit(found):
        found += tried(judge.computes_on(machine, options.device))
    if options.json:
        print(json.dumps({"fit": judge.fit(found), "findings": [one._asdict() for one in found],
                          "machine": as_json(machine)}, ensure_ascii=False, indent=1))
    else:
        print(page(found))
    return 0 if judge.fit(found) else command_line.USAGE


def tried(device):
    """[Finding] of a trial on "cpu" or "gpu"."""
    from doctor import self_test
    from nn.compat import reason, tf
    if device == "gpu" and not gpus():
        return [Finding("TensorFlow's GPU", UNFIT, "it sees none",
                        "TF_CPP_MIN_LOG_LEVEL=0 lets it say why")]
    try:
        times = self_test.run()
    except tf.errors.OpError as problem:
        return [Finding("trial", UNFIT, reason(problem), "end what else uses the device, and try "
                                                         "again; --device cpu leaves out the GPU")]
    return [Finding("training step", FIT, "%.2f s on the %s, preset tiny; %.1f s to start"
                    % (times.step, device, times.start), ""),
            Finding("generation", FIT, "%.2f s for %.1f s of audio %s, preset tiny"
                    % (times.generation, times.audio,
                       "by the vocoder engine in %s" % times.precision if times.precision
                       else "by TensorFlow on the %s" % device), "")]


def page(found):
    """The findings as text, and the verdict."""
    width = max(len(finding.subject) for finding in found)
    lines = []
    for finding in found:
        lines.append("%-*s  %-7s  %s" % (width, finding.subject, _MARKS[finding.level],
                                         finding.says))
        if finding.do:
            lines.append("%*s           → %s" % (width, "", finding.do))
    return "\n".join(lines + ["", "fit to train" if judge.fit(found) else
                              "not fit to train: see NOT FIT above"])


def as_json(value):
    """Named tuples as objects, however deep."""
    if hasattr(value, "_asdict"):
        return {name: as_json(part) for name, part in value._asdict().items()}
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    return value


if __name__ == "__main__":
    command_line.run(main)
