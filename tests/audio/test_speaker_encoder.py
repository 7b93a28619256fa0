"""The speaker encoder: its weights are verified, and its output equals that of PyTorch."""
import hashlib
import os

import numpy as np
import pytest
from conftest import CLIPS, harmonic_tone

import audio
from audio import speaker_encoder
from common.errors import InputError
from common.hparam_set import create_hparams

needs_weights = pytest.mark.skipif(not speaker_encoder.is_available(),
                                   reason=speaker_encoder.UNAVAILABLE)


@needs_weights
def test_the_weights_of_resemblyzer_are_read_from_their_offsets():
    weights = speaker_encoder.load_weights(speaker_encoder._weights_path())
    assert {name: array.shape for name, array in weights.items()} == {
        name: array.shape for name, array in random_weights().items()}
    digest = hashlib.sha256(b"".join(weights[name].tobytes() for name in sorted(weights)))
    assert digest.hexdigest() == "a58c4f027ed9e50f56be3fc3d453f6ba2ef07e2ac1040ee06d32558891d79b5e"


def test_another_weight_file_is_refused(tmp_path):
    (tmp_path / "pretrained.pt").write_bytes(b"PK\3\4 another version")
    with pytest.raises(InputError, match="pretrained.pt: is not the file of Resemblyzer 0.1.4"):
        speaker_encoder.load_weights(str(tmp_path / "pretrained.pt"))
    with pytest.raises(InputError, match="nowhere.pt"):
        speaker_encoder.load_weights(str(tmp_path / "nowhere.pt"))


def random_weights():
    random, sizes = np.random.RandomState(0), {}
    for layer in range(speaker_encoder.N_LAYERS):
        sizes.update({"lstm.weight_ih_l%d" % layer: (1024, 256 if layer else 40),
                      "lstm.weight_hh_l%d" % layer: (1024, 256),
                      "lstm.bias_ih_l%d" % layer: (1024,), "lstm.bias_hh_l%d" % layer: (1024,)})
    sizes.update({"linear.weight": (256, 256), "linear.bias": (256,)})
    return {name: random.uniform(-0.1, 0.1, size).astype(np.float32)
            for name, size in sizes.items()}


def test_an_embedding_has_norm_1_and_ignores_the_level_of_quiet_audio(monkeypatch):
    monkeypatch.setattr(speaker_encoder, "_weights", random_weights)
    samples = 0.02 * harmonic_tone(2.0)
    embedding = speaker_encoder.embed_utterance(samples, 16000)
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5) and embedding.min() >= 0
    quieter = speaker_encoder.embed_utterance(samples / 3, 16000)
    np.testing.assert_allclose(quieter, embedding, atol=1e-4)
    mean = speaker_encoder.mean_embedding([embedding, embedding])
    np.testing.assert_allclose(mean, embedding, atol=1e-6)


def test_the_encoder_matches_an_lstm_of_pytorch(monkeypatch):
    torch = pytest.importorskip("torch")
    weights = random_weights()
    monkeypatch.setattr(speaker_encoder, "_weights", lambda: weights)
    lstm = torch.nn.LSTM(40, 256, speaker_encoder.N_LAYERS, batch_first=True)
    lstm.load_state_dict({name[5:]: torch.from_numpy(value) for name, value in weights.items()
                          if name.startswith("lstm.")})
    mels = np.random.RandomState(1).uniform(size=[2, 30, 40]).astype(np.float32)
    with torch.no_grad():
        last = lstm(torch.from_numpy(mels))[1][0][-1].numpy()
    raw = np.maximum(0, last.dot(weights["linear.weight"].T) + weights["linear.bias"])
    np.testing.assert_allclose(speaker_encoder.encode(mels),
                               raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-5)


@needs_weights
def test_two_clips_of_a_voice_are_more_similar_than_a_deeper_voice():
    clip, other = [audio.load_recording(os.path.join(CLIPS, name), create_hparams("small"))
                   for name in ("0001.flac", "0003.flac")]
    deeper = np.interp(np.arange(0, len(clip), 0.7), np.arange(len(clip)), clip)
    embeddings = [speaker_encoder.embed_utterance(each, 16000) for each in (clip, other, deeper)]
    assert embeddings[0].dot(embeddings[1]) > embeddings[0].dot(embeddings[2]) + 0.1
