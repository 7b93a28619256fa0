"""The speaker encoder: its weights are read and not executed, and it computes what torch's does."""
import os
import pickle
import sys
import types

import numpy as np
import pytest
from conftest import CLIPS, harmonic_tone

import audio
from common.errors import InputError
from common.hparam_set import create_hparams
from evaluation import likeness, torch_file


def legacy_file(path, tensors, monkeypatch):
    """Write {name: array} as torch once did. It needs its names, not torch."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})

    def _rebuild_tensor_v2(*parts):
        raise AssertionError("a pickle was executed")
    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)

    class Storage(object):
        def __init__(self, key, count):
            self.key, self.count = key, count

    class Tensor(object):
        def __init__(self, number, array):
            self.parts = (Storage(str(number), array.size), 0, array.shape,
                          tuple(int(np.prod(array.shape[i + 1:])) for i in range(array.ndim)),
                          False, {})

        def __reduce__(self):
            return _rebuild_tensor_v2, self.parts

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            if isinstance(thing, Storage):
                return "storage", torch.FloatStorage, thing.key, "cpu", thing.count, None

    with open(str(path), "wb") as file:
        for plain in (torch_file.MAGIC, 1001, {"little_endian": True}):
            pickle.dump(plain, file, 2)
        Pickler(file, 2).dump({"model_state": {
            name: Tensor(1000 + number, array) for number, (name, array) in enumerate(tensors)}})
        pickle.dump([str(1000 + number) for number in range(len(tensors))], file, 2)
        for _, array in tensors:
            file.write(np.int64(array.size).tobytes() + array.tobytes())


def test_tensors_are_read_without_executing_their_pickle(tmp_path, monkeypatch):
    tensors = [(name, np.random.RandomState(number).standard_normal(shape).astype(np.float32))
               for number, (name, shape) in enumerate((("a.weight", (3, 4)), ("a.bias", (3,)),
                                                       ("b.weight", (2, 3))))]
    legacy_file(tmp_path / "old.pt", tensors, monkeypatch)
    found = torch_file.load(str(tmp_path / "old.pt"), ["a.bias", "b.weight"])
    assert sorted(found) == ["a.bias", "b.weight"]
    for name, array in tensors[1:]:
        np.testing.assert_array_equal(found[name], array)
    with pytest.raises(InputError, match="has no c.weight"):
        torch_file.load(str(tmp_path / "old.pt"), ["c.weight"])


def test_what_is_no_file_of_tensors_is_refused(tmp_path, monkeypatch):
    legacy_file(tmp_path / "old.pt", [("a", np.ones(50, np.float32))], monkeypatch)
    whole = (tmp_path / "old.pt").read_bytes()
    for content in (whole[:-40], whole[:60], b"", b"PK\3\4 a newer one", pickle.dumps(os.getcwd)):
        (tmp_path / "bad.pt").write_bytes(content)
        with pytest.raises(InputError, match="bad.pt: is no file of tensors"):
            torch_file.load(str(tmp_path / "bad.pt"), ["a"])


def random_weights():
    random, sizes = np.random.RandomState(0), {}
    for layer in range(likeness.LAYERS):
        sizes.update({"lstm.weight_ih_l%d" % layer: (1024, 256 if layer else 40),
                      "lstm.weight_hh_l%d" % layer: (1024, 256),
                      "lstm.bias_ih_l%d" % layer: (1024,), "lstm.bias_hh_l%d" % layer: (1024,)})
    sizes.update({"linear.weight": (256, 256), "linear.bias": (256,)})
    return {name: random.uniform(-0.1, 0.1, size).astype(np.float32)
            for name, size in sizes.items()}


def test_an_embedding_has_length_1_and_does_not_depend_on_loudness_once_it_is_quiet(monkeypatch):
    monkeypatch.setattr(likeness, "_weights", random_weights)
    samples = 0.02 * harmonic_tone(2.0)
    found = likeness.embedded(samples, 16000)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5) and found.min() >= 0
    np.testing.assert_allclose(likeness.embedded(samples / 3, 16000), found, atol=1e-4)
    np.testing.assert_allclose(likeness.together([found, found]), found, atol=1e-6)


def test_the_encoder_is_the_one_of_torch(monkeypatch):
    torch = pytest.importorskip("torch")
    weights = random_weights()
    monkeypatch.setattr(likeness, "_weights", lambda: weights)
    lstm = torch.nn.LSTM(40, 256, likeness.LAYERS, batch_first=True)
    lstm.load_state_dict({name[5:]: torch.from_numpy(value) for name, value in weights.items()
                          if name.startswith("lstm.")})
    mels = np.random.RandomState(1).uniform(size=[2, 30, 40]).astype(np.float32)
    with torch.no_grad():
        last = lstm(torch.from_numpy(mels))[1][0][-1].numpy()
    raw = np.maximum(0, last.dot(weights["linear.weight"].T) + weights["linear.bias"])
    np.testing.assert_allclose(likeness.encoded(mels),
                               raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-5)


@pytest.mark.skipif(not likeness.is_there(), reason=likeness.ABSENT)
def test_the_encoder_tells_voices_apart():
    clip, other = [audio.load(os.path.join(CLIPS, name), create_hparams("small"))
                   for name in ("0001.flac", "0003.flac")]
    slower = np.interp(np.arange(0, len(clip), 0.7), np.arange(len(clip)), clip)    # and deeper
    embedded = [likeness.embedded(each, 16000) for each in (clip, other, slower)]
    assert embedded[0].dot(embedded[1]) > embedded[0].dot(embedded[2]) + 0.1
