"""Hyper-parameters: allowed values, presets, and the names of earlier versions."""
import json
import os
import re

import pytest
from conftest import ROOT

import korean
from common.errors import InputError
from common.hparam_set import create_hparams, hparams_from_dict
from datasets.store import load_store
from hparams import PRESETS, RENAMED, TABLE
from training import run_folder

OLD_NAMES = {new: old for old, new in RENAMED.items()}


def with_old_names(values):
    return {OLD_NAMES.get(name, name): value for name, value in values.items()}


@pytest.mark.parametrize("override,interval", [
    ("seed=-1", "[0, 4294967295]"), ("seed=4294967296", "[0, 4294967295]"),
    ("teacher_forcing_ratio=-1", "[0, 1]"), ("teacher_forcing_ratio=1.5", "[0, 1]"),
    ("weight_decay=-1", "[0, inf)"), ("min_level_db=0", "[-300, 0)"), ("zoneout=1", "[0, 1)"),
    ("learning_rate=nan", "(0, inf)"), ("batch_size=0", "(0, 65536]"),
    ("prenet_dims=256x0", "(0, 8192]"), ("n_fft=99999999", "(0, 16384]"),
    ("decay_start=99999999999999999999", "[0, 1e9]")])
def test_values_outside_the_allowed_interval_are_refused(override, interval):
    with pytest.raises(InputError) as error:
        create_hparams("tiny", override)
    assert override.partition("=")[0] in str(error.value)
    assert str(error.value).endswith("must lie in " + interval)


def test_an_unknown_choice_is_refused():
    with pytest.raises(InputError, match="location, bahdanau, luong, monotonic, gmm"):
        create_hparams("tiny", "attention_type=dot")


def test_every_number_has_an_allowed_interval():
    for name, value, allowed, _ in TABLE:
        numeric = isinstance(value, (int, float, tuple)) and not isinstance(value, bool)
        assert not numeric or re.match(r"[\[(].+, .+[\])]$", allowed), name


def test_presets_survive_json_and_damaged_values_are_refused():
    for preset in PRESETS:
        hp = create_hparams(preset)
        assert hparams_from_dict(json.loads(json.dumps(hp.as_dict())), "run.json").as_dict() \
            == hp.as_dict()
    for damaged in ({"hop_length": "300"}, {"hop_length": 1.5}, {"wavenet_upsample_scales": 7},
                    {"unknown": 1}, [], None):
        with pytest.raises(InputError):
            hparams_from_dict(damaged, "run.json")


def test_every_renamed_parameter_exists():
    assert set(RENAMED.values()) <= {name for name, _, _, _ in TABLE}
    assert not set(RENAMED) & {name for name, _, _, _ in TABLE}


@pytest.mark.parametrize("old", sorted(RENAMED))
def test_an_old_name_on_the_command_line_is_refused_with_the_new_one(old):
    with pytest.raises(InputError) as error:
        create_hparams("tiny", old + "=1")
    assert str(error.value) == "--hparams %s: is now called %s" % (old, RENAMED[old])


@pytest.mark.parametrize("model_type", ["tacotron", "vocoder"])
def test_a_run_with_old_names_loads(tmp_path, model_type):
    """Also a voice, which consists of two runs."""
    hp = create_hparams("small")
    run_folder.Run(str(tmp_path), model_type, hp, ["a"], korean.TextNormalizer()).save()
    path = tmp_path / "run.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["hparams"] = with_old_names(content["hparams"])
    assert set(content["hparams"]) >= set(RENAMED)
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run_folder.load_run(str(tmp_path), model_type).hp.as_dict() == hp.as_dict()


def test_a_store_with_old_names_loads(make_store_with):
    folder = make_store_with(lambda content: dict(
        content, audio=with_old_names(content["audio"]),
        preparation=with_old_names(content["preparation"])))
    store = load_store(folder)
    assert store.audio_settings == create_hparams("tiny").audio_settings()
    assert store.load_mel(store.utterances[0]).shape[1] == 20


@pytest.fixture
def make_store_with(make_corpus, tmp_path):
    """make(change) applies change to the manifest of a store of one utterance, returns its path."""
    def make(change):
        import preprocess
        preprocess.main(["--corpus", make_corpus({"a": "안녕"}), "--out", str(tmp_path / "store"),
                         "--preset", "tiny"])
        path = tmp_path / "store" / "manifest.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(change(content)), encoding="utf-8")
        return str(tmp_path / "store")
    return make


def test_the_code_uses_the_new_names_only():
    names = "|".join(RENAMED)
    old_name = re.compile(r"hp\.(?:%s)\b(?!\()|\.replace\((?:.*, )?(?:%s)=" % (names, names))
    for folder, subfolders, files in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for path in [os.path.join(folder, name) for name in files if name.endswith(".py")]:
            with open(path, encoding="utf-8") as source:
                assert not old_name.search(source.read()), path
