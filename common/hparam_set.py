"""Hyper-parameter sets: made from a preset, changed by the user, validated, stored as JSON.

The names, defaults and allowed values are in hparams.py.
"""
import re

from common.errors import InputError
from hparams import ADAPT, ADAPTATION, AUDIO, CHANGEABLE, PRESETS, RENAMED, TABLE

_DEFAULTS = {name: value for name, value, _, _ in TABLE}
_CHANGEABLE = {name for name, _, _, _ in CHANGEABLE}
_MAX_ITEMS = 32                 # of a list
_MAX_FLOAT = 1e300
_MAX_OUTPUTS = 100              # outputs_per_step
_MAX_OVERLAP = 64               # windows that a sample lies in
_MAX_WAVENET_MEMORY = 2 ** 23   # values that the dilated layers remember of a waveform


class HParams(object):
    """Immutable hyper-parameters as attributes: `hp.hop_length`, `hp.sample_rate` …"""

    def __init__(self, values):
        self.__dict__.update(values)

    def __setattr__(self, name, value):
        raise AttributeError("hyper-parameters are immutable: use replace(%s=…)" % name)

    def replace(self, **changes):
        return HParams(dict(self.__dict__, **changes))

    def as_dict(self):
        """{name: value} for JSON; tuples become lists."""
        return {name: list(value) if isinstance(value, tuple) else value
                for name, value in sorted(self.__dict__.items())}

    def fixed_values(self):
        """The part of as_dict() that cannot change when a run is resumed."""
        return {name: value for name, value in self.as_dict().items() if name not in _CHANGEABLE}

    def audio_settings(self):
        """{name: value} of those that define what a stored mel and waveform mean."""
        return {name: getattr(self, name) for name, _, _, _ in AUDIO}


def create_hparams(preset="reference", overrides=""):
    """The HParams of a preset with the user's `name=value,name=value` applied.

    List items are joined by x: `wavenet_upsample_scales=12x25`. Raises InputError for an unknown
    preset or name, and for a value of the wrong type or out of range.
    """
    if preset == ADAPT:
        raise InputError("--preset %s: is for the trainers with --init-from; give the preset of "
                         "the voice to adapt, which is base for voices/base" % ADAPT)
    if preset not in PRESETS:
        raise InputError("preset %r: unknown; the presets are %s"
                         % (preset, ", ".join(sorted(PRESETS))))
    return override_hparams(HParams(dict(_DEFAULTS, **PRESETS[preset])), overrides)


def override_hparams(hp, overrides):
    """hp with `name=value,…` applied. Raises InputError as `create_hparams` does."""
    return _validated(hp.replace(**_parse_overrides(overrides)))


def adapt_hparams(hp, overrides=""):
    """hp of a trained run with the settings of the preset `adapt` and `name=value,…` applied."""
    return override_hparams(hp.replace(**ADAPTATION), overrides)


def override_run_hparams(hp, overrides, run):
    """hp of the run folder `run` with `name=value,…` applied.

    Raises InputError as `create_hparams` does, and for a change of a value that a run must keep.
    """
    for name, value in _parse_overrides(overrides).items():
        if name not in _CHANGEABLE and value != getattr(hp, name):
            raise InputError("--hparams %s=%s: cannot change; the run %s was started with %s"
                             % (name, _format(value), run, _format(getattr(hp, name))))
    return override_hparams(hp, overrides)


def hparams_from_dict(stored, source):
    """The inverse of `as_dict`, for a JSON object read from the file named `source`.

    Missing values take the defaults of the table; old names are replaced. Raises InputError for
    an unknown name, and for a value of the wrong type or out of range.
    """
    if not isinstance(stored, dict):
        raise InputError("%s: hparams should be a JSON object" % source)
    stored = update_hparam_names(stored)
    unknown = sorted(set(stored) - set(_DEFAULTS))
    if unknown:
        raise InputError("%s: unknown hyper-parameter %s; is the file of a newer version?"
                         % (source, ", ".join(unknown)))
    return _validated(HParams(dict(_DEFAULTS, **{
        name: _from_json(name, value, source) for name, value in stored.items()})), source)


def update_hparam_names(stored):
    """{name: value} with the old names of hyper-parameters replaced by their current names."""
    return {RENAMED.get(name, name): value for name, value in stored.items()}


def describe_hparams():
    """The table as text, one hyper-parameter per line."""
    return "\n".join("  %-30s %-12s %s" % (name, _format(value), meaning)
                     for name, value, _, meaning in TABLE)


def _from_json(name, value, source):
    """A value of the type that the table has for `name`. Raises InputError for any other type."""
    default = _DEFAULTS[name]
    if isinstance(default, tuple):
        fits = isinstance(value, list) and all(type(item) is int for item in value)
        value = tuple(value) if fits else value
    elif isinstance(default, float):
        # an int may be larger than every float; NaN is not
        fits = type(value) in (int, float) and abs(value) <= _MAX_FLOAT
    else:
        fits = type(value) is type(default)
    if not fits:
        raise InputError("%s: %s is %.60r; should be a value like %r"
                         % (source, name, value, default))
    return value


def _format(value):
    if isinstance(value, bool):
        return str(value).lower()
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _parse_overrides(overrides):
    """{name: value} of `name=value,…`."""
    parsed = {}
    for override in filter(None, (part.strip() for part in (overrides or "").split(","))):
        name, equals, text = (part.strip() for part in override.partition("="))
        if not equals:
            raise InputError("--hparams %r: should be name=value" % override)
        if name in RENAMED:
            raise InputError("--hparams %s: is now called %s" % (name, RENAMED[name]))
        if name not in _DEFAULTS:
            raise InputError("--hparams %s: there is no hyper-parameter of that name; "
                             "--help-hparams lists them" % name)
        parsed[name] = _parse_value(name, text)
    return parsed


def _parse_value(name, text):
    default = _DEFAULTS[name]
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(default, tuple):
            return tuple(int(part) for part in text.split("x")) if text else ()
        return type(default)(text)
    except (ValueError, KeyError):
        expected = {bool: "true or false", int: "a whole number", float: "a number",
                    tuple: "whole numbers joined by x"}
        raise InputError("--hparams %s=%s: should be %s, like %s"
                         % (name, text, expected[type(default)], _format(default)))


def _in_interval(number, interval):
    """Whether a number lies in an interval such as "[0, 1)"."""
    low, high = re.match(r"[\[(](.+), (.+)[\])]$", interval).groups()
    above = number >= float(low) if interval[0] == "[" else number > float(low)
    below = number <= float(high) if interval[-1] == "]" else number < float(high)
    return above and below


def _validated(hp, source="hyper-parameters"):
    """hp, if its values are allowed and fit together; else raises InputError."""
    def require(holds, message, *values):
        if not holds:
            raise InputError("%s: %s" % (source, message % values))

    for name, _, allowed, _ in TABLE:
        value = getattr(hp, name)
        if isinstance(value, str) and allowed:
            require(value in allowed.split(" | "), "%s=%s: should be one of %s",
                    name, value, allowed.replace(" |", ","))
        elif allowed:
            numbers = value if isinstance(value, tuple) else [value]
            require(len(numbers) <= _MAX_ITEMS, "%s has %d values; at most %d are possible",
                    name, len(numbers), _MAX_ITEMS)
            for number in numbers:
                require(_in_interval(number, allowed), "%s=%.60s must lie in %s",
                        name, _format(value), allowed)
    _check_sizes(hp, require)
    require(hp.hop_length <= hp.win_length <= hp.n_fft,
            "hop_length=%d, win_length=%d, n_fft=%d must be in ascending order",
            hp.hop_length, hp.win_length, hp.n_fft)
    require((hp.n_fft - hp.hop_length) % 2 == 0,
            "n_fft - hop_length must be even, so that a frame is centred on its samples")
    require(hp.fmin < hp.fmax <= hp.sample_rate / 2,
            "fmin=%s must be below fmax=%s, and fmax at most half of sample_rate=%d",
            hp.fmin, hp.fmax, hp.sample_rate)
    product = 1
    for scale in hp.wavenet_upsample_scales:
        product *= scale
    require(product == hp.hop_length, "the product of wavenet_upsample_scales=%s must be "
            "hop_length=%d", _format(hp.wavenet_upsample_scales), hp.hop_length)
    require(hp.wavenet_segment_length % hp.hop_length == 0,
            "wavenet_segment_length=%d must be a multiple of hop_length=%d",
            hp.wavenet_segment_length, hp.hop_length)
    require(hp.wavenet_layers % hp.wavenet_stacks == 0,
            "wavenet_layers=%d must be a multiple of wavenet_stacks=%d",
            hp.wavenet_layers, hp.wavenet_stacks)
    ends = hp.outputs_per_step_schedule[1::2]
    require(len(hp.outputs_per_step_schedule) % 2 == 0 and sorted(set(ends)) == list(ends),
            "outputs_per_step_schedule=%s should be pairs of outputs_per_step and the step at "
            "which it ends, in ascending order of the steps, like 5x2000x3x6000",
            _format(hp.outputs_per_step_schedule))
    return hp


def _check_sizes(hp, require):
    """Check what would take much memory or time though each value alone is allowed."""
    require(hp.n_fft <= _MAX_OVERLAP * hp.hop_length,
            "n_fft=%d must be at most %d times hop_length=%d", hp.n_fft, _MAX_OVERLAP,
            hp.hop_length)
    require(all(r <= _MAX_OUTPUTS for r in hp.outputs_per_step_schedule[::2]),
            "outputs_per_step_schedule=%s: at most %d outputs_per_step are possible",
            _format(hp.outputs_per_step_schedule), _MAX_OUTPUTS)
    # dilations 1, 2, 4 … in each cycle; each layer remembers as many inputs
    depth = -(-hp.wavenet_layers // hp.wavenet_stacks)
    memory = (hp.wavenet_kernel_size - 1) * hp.wavenet_residual_channels * (
        hp.wavenet_stacks * (2 ** depth - 1))
    require(memory <= _MAX_WAVENET_MEMORY,
            "wavenet_layers=%d in wavenet_stacks=%d cycles have dilations up to 2^%d, which need "
            "too much memory; use more cycles", hp.wavenet_layers, hp.wavenet_stacks, depth - 1)
