"""Which texts are held out of training."""
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import write_recording

import korean
import preprocess
from common import files
from datasets import batches
from datasets.store import load_store
from training import run_folder, run_start


def _store(n_texts, seed):
    """A store of n_texts random texts, without arrays."""
    random = np.random.RandomState(seed)
    texts = ["".join(random.choice(list("가나다라마바사아자차카타파하"), 8)) for _ in range(n_texts)]
    return SimpleNamespace(folder="store", utterances=[
        SimpleNamespace(id=str(number), jamo=korean.to_jamo(text))
        for number, text in enumerate(texts)])


def _held_out(stores, fraction):
    limit = batches.validation_hash_limit(stores, fraction)
    return {item.row.jamo for item in batches.split_train_validation(stores, limit)[1]}


@pytest.mark.parametrize("n_texts", [20, 109, 1000])
def test_at_least_the_asked_fraction_is_held_out(n_texts):
    shares = [len(_held_out([_store(n_texts, seed)], 0.05)) / n_texts for seed in range(20)]
    assert min(shares) >= 0.05 - 0.5 / n_texts
    assert np.mean(shares) < 0.09


def test_texts_with_a_hash_below_the_fraction_are_held_out_whatever_data_are_added():
    small, large = _store(50, 1), _store(2000, 2)
    for stores in ([small], [small, large]):
        held_out = _held_out(stores, 0.2)
        below = {row.jamo for store in stores for row in store.utterances
                 if batches.text_hash(SimpleNamespace(row=row)) < 0.2}
        assert below and below <= held_out


def test_a_run_keeps_its_limit_and_runs_without_one_use_the_fraction(tmp_path):
    folder = tmp_path / "corpus"
    for number, text in enumerate(("하나", "둘", "셋", "넷", "다섯", "여섯")):
        write_recording(folder / ("%d.wav" % number), pitch=100 + 20 * number)
        (folder / ("%d.txt" % number)).write_text(text, encoding="utf-8")
    out, run_path = str(tmp_path / "store"), str(tmp_path / "run")
    preprocess.main(["--corpus", str(folder), "--out", out, "--preset", "tiny", "--workers", "1"])
    stores = [load_store(out)]
    run = run_start.create_or_resume_run(run_path, "tacotron", stores, "tiny",
                                         "validation_fraction=0.33")
    run.release()
    limit = batches.validation_hash_limit(stores, 0.33)
    assert run.validation_hash_limit == limit >= 0.33
    assert len(batches.split_train_validation(stores, limit)[1]) >= 2
    assert run_folder.load_run(run_path, "tacotron").validation_hash_limit == limit
    content = files.read_json(run_path + "/run.json")
    del content["validation_hash_limit"]
    files.write_json(run_path + "/run.json", content)
    assert run_folder.load_run(run_path, "tacotron").validation_hash_limit == 0.33
