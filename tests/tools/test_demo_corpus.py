"""The corpus of the demo voice, and the script that trains it."""
import os
import re
import subprocess
import unicodedata

import pytest
from conftest import ROOT

import korean
from common.hparam_set import create_hparams
from korean.hangul import count_syllables
from tools.demo_corpus.__main__ import corpus_sentences


@pytest.fixture(scope="module")
def sentences():
    return corpus_sentences()


def test_there_are_hundreds_of_written_and_thousands_of_generated_sentences(sentences):
    assert len(sentences) - 4000 >= 400
    assert len(set(sentences)) == len(sentences)
    assert sum(text.rstrip().endswith("?") for text in sentences) > 400
    assert sum(any(letter.isdigit() for letter in text) for text in sentences) > 400


def test_every_sentence_passes_strict_normalization_and_has_at_most_60_syllables(sentences):
    normalizer = korean.TextNormalizer(False)
    for sentence in sentences:
        text = normalizer.normalize(sentence, strict=True).text
        assert 1 < count_syllables(text) <= 60, sentence


def test_the_corpus_has_every_jamo_and_every_sound(sentences):
    normalizer = korean.TextNormalizer(False)
    text = " ".join(normalizer.normalize(sentence).text for sentence in sentences)
    assert korean.JAMO <= set(unicodedata.normalize("NFD", text))
    sounds = korean.JAMO & set(unicodedata.normalize("NFD", korean.pronounce(text)))
    assert len(sounds) == 19 + 21 + 7       # 표준발음법 제8항: seven final consonants


def test_the_training_script_runs_the_programs_with_valid_hyper_parameters(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho \"$@\" >>%s/calls\n" % tmp_path, encoding="utf-8")
    python.chmod(0o755)
    subprocess.check_call(["sh", os.path.join(ROOT, "voices", "train.sh")],
                          env=dict(os.environ, PYTHON=str(python), VOICE=str(tmp_path / "voice")))
    calls = (tmp_path / "calls").read_text(encoding="utf-8")
    for program in ("-m tools.demo_corpus", "preprocess.py", "train_tacotron.py",
                    "train_vocoder.py", "-m training.export"):
        assert re.search("^" + re.escape(program), calls, re.M), program
    hparams = re.findall(r"--hparams (\S+)", calls)
    assert len(hparams) == 7
    for values in hparams:
        create_hparams("small", values)
