"""One WaveNet without speaker embedding for all speakers (wavenet_speaker_embedding_dim=0)."""
import numpy as np
import pytest
from conftest import train

import korean
from nn.compat import tf
from synthesis import voice
from training import export, run_folder


@pytest.fixture(scope="module")
def shared(stores, tmp_path_factory):
    """The folder of a vocoder run on both speakers."""
    folder = str(tmp_path_factory.mktemp("shared") / "vocoder")
    assert train("vocoder", stores, folder, "--preset", "tiny", "--steps", 2, "--hparams",
                 "wavenet_speaker_embedding_dim=0,eval_interval=2") == 0
    return folder


def test_the_network_has_no_speaker_embedding_and_the_run_resumes(shared, stores):
    run = run_folder.load_run(shared, "vocoder")
    assert run.speakers == ["one", "two"] and run.n_speaker_embeddings == 0
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(shared))
    assert not [name for name in reader.get_variable_to_shape_map() if "speaker" in name]
    assert train("vocoder", stores, shared, "--steps", 3) == 0


def test_an_exported_voice_speaks_with_every_speaker(shared, trained, tmp_path):
    """The same mel gives the same speech, whoever the speaker is."""
    folder = str(tmp_path / "voice")
    export.export_voice(trained["tacotron"], shared, folder)
    loaded = voice.Voice(*voice.resolve_run_folders(folder, None, None))
    mel = np.random.RandomState(1).uniform(-4, 4, [3, loaded.hp.n_mels]).astype(np.float32)
    ids = korean.to_ids(korean.to_jamo("하나"))
    waveforms = []
    for speaker in loaded.speakers:
        samples, = loaded.with_speaker(speaker).generate_waveforms([ids], [mel], 1)
        assert samples.shape == (3 * loaded.hp.hop_length,) and np.isfinite(samples).all()
        waveforms.append(samples)
    np.testing.assert_array_equal(*waveforms)


def test_it_can_be_adapted_to_a_new_speaker(shared, stores, tmp_path, capsys):
    assert train("vocoder", stores[:1], tmp_path / "run", "--init-from", shared, "--steps", 1,
                 "--hparams", "eval_interval=100") == 0
    output = capsys.readouterr().out
    assert "embedding" not in output and "started anew" not in output
    assert run_folder.load_run(str(tmp_path / "run"), "vocoder").n_speaker_embeddings == 0
