"""Hyper-parameters: every one once, in table.py, with its unit and where it comes from.

A preset is the table with some values exchanged. `load("small", "batch_size=8,r=3")` gives one,
with a user's changes on top.
"""
from hparams.table import AUDIO, CHANGEABLE, PRESETS, TABLE


class InputError(ValueError):
    """What the user gave is wrong. The message names it and says what would be right."""


class HParams(object):
    """Hyper-parameters as attributes, never changed once made: `hp.hop`, `hp.sample_rate` …"""

    def __init__(self, values):
        self.__dict__.update(values)

    def __setattr__(self, name, value):
        raise AttributeError("hyper-parameters do not change: use replace(%s=…)" % name)

    def replace(self, **changes):
        return HParams(dict(self.__dict__, **changes))

    def as_dict(self):
        """Name → number, string, or list of numbers: what JSON can hold."""
        return {name: list(value) if isinstance(value, tuple) else value
                for name, value in sorted(self.__dict__.items())}

    def fixed(self):
        """The part that a run keeps from its first step to its last."""
        changeable = {name for name, _, _ in CHANGEABLE}
        return {name: value for name, value in self.as_dict().items() if name not in changeable}

    def audio(self):
        """The part that fixes what a stored mel and waveform mean."""
        return {name: getattr(self, name) for name, _, _ in AUDIO}


def load(preset="reference", changes=""):
    """The hyper-parameters of a preset with a user's `name=value,name=value` on top.

    Numbers of a list are joined by x: `wavenet_scales=12x25`. Raises InputError for an unknown
    preset, name, or a value of the wrong type.
    """
    if preset not in PRESETS:
        raise InputError("preset %r: there are %s" % (preset, ", ".join(sorted(PRESETS))))
    values = {name: value for name, value, _ in TABLE}
    values.update(PRESETS[preset])
    values.update(_parse(changes, values))
    return _checked(HParams(values))


def changed(hp, changes, source):
    """hp with `name=value,…` on top, where `source` is the run that hp belongs to.

    Raises InputError for a change of what a run keeps from its first step to its last.
    """
    parsed = _parse(changes, vars(hp))
    for name, value in parsed.items():
        if name in hp.fixed() and value != getattr(hp, name):
            raise InputError("--hparams %s=%s: %s was begun with %s, and that cannot change"
                             % (name, _written(value), source, _written(getattr(hp, name))))
    return on_top(hp, changes)


def on_top(hp, changes):
    """hp with `name=value,…` on top. Raises InputError as `load` does."""
    return _checked(hp.replace(**_parse(changes, vars(hp))))


def from_dict(stored, source):
    """The hyper-parameters that `as_dict` gave, read back from the file named `source`.

    One that it lacks takes the table's value: a row that joins the table keeps runs as they were.
    Raises InputError where one is unknown or of the wrong type.
    """
    known = {name: value for name, value, _ in TABLE}
    if not isinstance(stored, dict) or not set(stored) <= set(known):
        raise InputError("%s: hparams should be an object of hyper-parameters that this version "
                         "knows%s" % (source, "; unknown: " + ", ".join(
                             sorted(set(stored) - set(known))) if isinstance(stored, dict) else ""))
    values = dict(known)
    for name, value in stored.items():
        like = known[name]
        if isinstance(like, tuple):
            fits = isinstance(value, list) and all(type(item) is int for item in value)
            value = tuple(value) if fits else value
        elif isinstance(like, float):
            fits = type(value) in (int, float)
        else:
            fits = type(value) is type(like)
        if not fits:
            raise InputError("%s: %s is %r, and should be like %r" % (source, name, value, like))
        values[name] = value
    return _checked(HParams(values))


def describe():
    """The table as text, a line a hyper-parameter: for --help and for readers."""
    return "\n".join("  %-28s %-12s %s" % (name, _written(value), meaning)
                     for name, value, meaning in TABLE)


def _written(value):
    if isinstance(value, bool):
        return str(value).lower()
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _parse(changes, values):
    parsed = {}
    for change in filter(None, (part.strip() for part in (changes or "").split(","))):
        name, equals, text = (part.strip() for part in change.partition("="))
        if not equals:
            raise InputError("--hparams %r: should be name=value" % change)
        if name not in values:
            raise InputError("--hparams %s: there is no hyper-parameter of that name; "
                             "--help-hparams lists them" % name)
        parsed[name] = _value_like(values[name], name, text)
    return parsed


def _value_like(like, name, text):
    try:
        if isinstance(like, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(like, tuple):
            return tuple(int(part) for part in text.split("x")) if text else ()
        return type(like)(text)
    except (ValueError, KeyError):
        kind = {bool: "true or false", int: "a whole number", float: "a number",
                tuple: "whole numbers joined by x"}
        raise InputError("--hparams %s=%s: should be %s, like %s"
                         % (name, text, kind[type(like)], _written(like)))


def _checked(hp):
    def require(holds, sentence):
        if not holds:
            raise InputError("hyper-parameters: " + sentence)

    free_to_be_small = ("mel_low", "preemphasis", "prenet_dropout", "dropout", "zoneout", "l2",
                        "guided_attention", "guided_attention_from", "guided_attention_until",
                        "teacher_forcing", "teacher_forcing_from", "reference_db", "floor_db",
                        "wavenet_log_scale_min", "wavenet_preemphasis", "held_out", "seed",
                        "decay_start", "pronounce")
    for name, value in hp.as_dict().items():
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, str):
                continue
            require(abs(number) < float("inf"), "%s=%s must be finite" % (name, number))
            require(number > 0 or name in free_to_be_small,
                    "%s=%s must be greater than 0" % (name, number))
    for name in ("prenet_dropout", "dropout", "zoneout", "held_out", "preemphasis",
                 "wavenet_preemphasis"):
        require(0 <= getattr(hp, name) < 1, "%s=%s must lie in [0, 1)" % (name, getattr(hp, name)))
    require(0 < hp.wavenet_ema < 1, "wavenet_ema=%s must lie in (0, 1)" % hp.wavenet_ema)
    require(hp.peak <= 1, "peak=%s must not exceed 1" % hp.peak)
    require(hp.hop <= hp.window <= hp.fft,
            "hop=%d, window=%d, fft=%d must not decrease" % (hp.hop, hp.window, hp.fft))
    require((hp.fft - hp.hop) % 2 == 0, "fft - hop must be even, to centre a frame on its samples")
    require(0 <= hp.mel_low < hp.mel_high <= hp.sample_rate / 2,
            "mel_low=%s, mel_high=%s must lie in order below half of sample_rate=%d"
            % (hp.mel_low, hp.mel_high, hp.sample_rate))
    product = 1
    for scale in hp.wavenet_scales:
        product *= scale
    require(product == hp.hop, "the product of wavenet_scales=%s must be hop=%d"
            % (_written(hp.wavenet_scales), hp.hop))
    require(hp.wavenet_segment % hp.hop == 0, "wavenet_segment=%d must be a multiple of hop=%d"
            % (hp.wavenet_segment, hp.hop))
    require(hp.wavenet_kernel >= 2, "wavenet_kernel=1 sees no sample but the last: 2 is the least")
    require(hp.wavenet_layers % hp.wavenet_cycles == 0,
            "wavenet_layers=%d must be a multiple of wavenet_cycles=%d"
            % (hp.wavenet_layers, hp.wavenet_cycles))
    require(hp.teacher_forcing <= 1, "teacher_forcing=%s is a share: 1 is the most"
            % hp.teacher_forcing)
    until = hp.r_schedule[1::2]
    require(len(hp.r_schedule) % 2 == 0 and sorted(set(until)) == list(until),
            "r_schedule=%s should be pairs of r and the step until which it holds, in order of the "
            "steps, like 5x2000x3x6000" % _written(hp.r_schedule))
    for name, choices in (("attention_kind",
                           ("location", "bahdanau", "luong", "monotonic", "gmm")),
                          ("learning_rate_schedule", ("halving", "exponential")),
                          ("wavenet_output", ("logistics", "gaussian", "mulaw")),
                          ("wavenet_upsampling", ("transposed", "subpixel"))):
        require(getattr(hp, name) in choices,
                "%s=%s: there are %s" % (name, getattr(hp, name), ", ".join(choices)))
    return hp
