"""Reading recordings, mel spectrograms, Griffin-Lim and writing WAV files."""
import io
import os
import struct

import numpy as np
import pytest
import soundfile
from conftest import harmonic_tone, write_recording

import audio
from audio import spectrogram
from common.errors import InputError
from common.hparam_set import create_hparams

# -- recordings ------------------------------------------------------------------------------------

@pytest.mark.parametrize("extension", ["wav", "flac"])
@pytest.mark.parametrize("rate, channels", [(16000, 1), (44100, 2), (8000, 1), (48000, 6)])
def test_recordings_become_mono_at_the_target_sample_rate(tmp_path, hp, extension, rate, channels):
    path = write_recording(tmp_path / ("x." + extension), seconds=0.5, rate=rate, channels=channels)
    samples = audio.load_recording(path, hp)
    assert samples.dtype == np.float32 and samples.ndim == 1
    assert abs(len(samples) - 8000) <= 1
    assert np.abs(samples).max() == pytest.approx(hp.rescaling_max)
    expected, edge = harmonic_tone(0.5), 100
    expected = expected / np.abs(expected).max() * hp.rescaling_max
    assert np.abs(samples[edge:-edge] - expected[edge:len(samples) - edge]).max() < 0.1


def test_resampling_keeps_only_frequencies_below_the_new_nyquist_frequency(tmp_path, hp):
    time = np.arange(44100) / 44100
    low, high = np.sin(2 * np.pi * 7000 * time), np.sin(2 * np.pi * 9000 * time)
    soundfile.write(str(tmp_path / "low.wav"), 0.5 * low, 44100, subtype="FLOAT")
    soundfile.write(str(tmp_path / "both.wav"), 0.5 * (low + high), 44100, subtype="FLOAT")
    expected = np.sin(2 * np.pi * 7000 * np.arange(16000) / 16000)[500:-500]
    for name in ("low.wav", "both.wav"):
        # the filter rings at the onset of the sine
        samples = audio.load_recording(str(tmp_path / name), hp)[500:-500]
        assert np.abs(samples / np.abs(samples).max() - expected).max() < 1e-3


def test_silence_is_trimmed_except_for_the_margin(tmp_path, hp):
    noise = np.random.RandomState(0).standard_normal(16000) * 1e-4
    path = str(tmp_path / "x.wav")
    soundfile.write(path, np.concatenate([noise, harmonic_tone(0.5), noise]), 16000)
    margins = 2 * hp.trim_margin * hp.sample_rate
    assert 0 <= len(audio.load_recording(path, hp)) - 8000 - margins <= 2 * hp.hop_length


def test_a_dc_offset_does_not_prevent_trimming(tmp_path, hp):
    samples = np.concatenate([np.zeros(16000), harmonic_tone(0.5), np.zeros(16000)])
    soundfile.write(str(tmp_path / "x.wav"), 0.5 * samples + 0.2, 16000)
    assert len(audio.load_recording(str(tmp_path / "x.wav"), hp)) < 12000


def _wav_bytes(samples, subtype="PCM_16"):
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, 16000, format="WAV", subtype=subtype)
    return buffer.getvalue()


def _flac_bytes():
    buffer = io.BytesIO()
    soundfile.write(buffer, harmonic_tone(1), 16000, format="FLAC")
    return buffer.getvalue()


@pytest.mark.parametrize("content, reason", [
    (b"", "is empty"),
    (b"RIFF", "cannot be read as audio"),
    (b"this is text, not sound" * 99, "cannot be read as audio"),
    (_wav_bytes(harmonic_tone(1))[:40], "is truncated"),
    (_wav_bytes(harmonic_tone(1))[:20000], "is truncated after 20000 of 32044 bytes"),
    (_flac_bytes()[:2000], "cannot be read as audio|is truncated"),
    (_wav_bytes(np.zeros(0)), "contains no samples"),
    (_wav_bytes(harmonic_tone(0.04)), "shorter than a frame"),
    (_wav_bytes(np.zeros(16000)), "only silence"),
    (_wav_bytes(np.full(16000, 0.3)), "only silence"),
    (_wav_bytes(np.append(harmonic_tone(1), np.nan), "FLOAT"), "not finite")])
def test_unusable_recordings_are_rejected_with_the_reason(tmp_path, hp, content, reason):
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(InputError, match="bad.wav: .*(%s)" % reason):
        audio.load_recording(str(path), hp)


def test_a_missing_recording_is_rejected(tmp_path, hp):
    with pytest.raises(InputError, match="none.wav: cannot be read"):
        audio.load_recording(str(tmp_path / "none.wav"), hp)


def test_a_pipe_or_a_device_is_rejected_without_reading(tmp_path, hp):
    os.mkfifo(str(tmp_path / "pipe.wav"))
    for path in (str(tmp_path / "pipe.wav"), "/dev/zero", str(tmp_path)):
        for read in (audio.read_channels, audio.recording_sha1, audio.check_recording):
            with pytest.raises(InputError, match="%s: is a folder, a pipe or a device" % path):
                read(path)


@pytest.mark.parametrize("rate, accepted", [(1, False), (1999, False), (2000, True),
                                            (192000, True), (192001, False), (2 ** 31 - 1, False)])
def test_only_sample_rates_of_recordings_are_accepted(tmp_path, rate, accepted):
    content = bytearray(_wav_bytes(harmonic_tone(0.1)))
    content[24:28] = struct.pack("<I", rate)
    (tmp_path / "x.wav").write_bytes(content)
    for read in (audio.read_channels, audio.check_recording):
        if accepted:
            read(str(tmp_path / "x.wav"))
        else:
            with pytest.raises(InputError, match="has a sample rate of %d Hz; should be" % rate):
                read(str(tmp_path / "x.wav"))


def test_many_channels_are_rejected(tmp_path):
    soundfile.write(str(tmp_path / "x.wav"), np.ones([100, 9]), 16000)
    with pytest.raises(InputError, match="has 9 channels; should have 8 at most"):
        audio.read_channels(str(tmp_path / "x.wav"))


def test_training_data_last_at_most_a_minute(tmp_path, hp):
    for seconds, accepted in ((60, True), (60.01, False)):
        path = str(tmp_path / "x.flac")
        soundfile.write(path, harmonic_tone(seconds, 2000), 2000)
        for read in (audio.check_recording, lambda path: audio.load_recording(path, hp)):
            if accepted:
                read(path)
            else:
                with pytest.raises(InputError, match="x.flac: is longer than 60 seconds; cut it "
                                                     "into clips: python -m datasets split"):
                    read(path)
    assert len(audio.read_wav(path)[0]) == 120020


def test_the_whole_of_a_huge_file_is_not_read(tmp_path):
    header = bytearray(_wav_bytes(harmonic_tone(0.1)))
    header[4:8] = header[40:44] = struct.pack("<I", 0xFFFFFFFF)
    (tmp_path / "x.wav").write_bytes(header)
    os.truncate(str(tmp_path / "x.wav"), 1 << 40)       # without using the disk
    for read in (audio.recording_sha1, audio.check_recording,
                 lambda path: audio.read_channels(path, 60)):
        with pytest.raises(InputError, match="is longer than 60 seconds"):
            read(str(tmp_path / "x.wav"))


def test_memory_is_not_allocated_for_the_length_in_a_header(tmp_path):
    content = bytearray(_flac_bytes())
    content[21] |= 0x0F                     # STREAMINFO: 2 ** 36 - 1 samples
    content[22:26] = b"\xff" * 4
    (tmp_path / "x.flac").write_bytes(content)
    assert soundfile.info(str(tmp_path / "x.flac")).frames == 2 ** 36 - 1
    with pytest.raises(InputError, match="x.flac: (is truncated|cannot be read as audio)"):
        audio.read_channels(str(tmp_path / "x.flac"), 60)


def test_an_unknown_length_in_the_wav_header_is_not_truncation(tmp_path, hp):
    content = bytearray(_wav_bytes(harmonic_tone(0.5)))
    content[4:8] = content[40:44] = struct.pack("<I", 0xFFFFFFFF)
    (tmp_path / "piped.wav").write_bytes(content)
    assert len(audio.load_recording(str(tmp_path / "piped.wav"), hp)) == 8000


# -- mel -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("preset", ["tiny", "reference"])
def test_an_impulse_peaks_in_the_frame_that_contains_it(preset):
    hp = create_hparams(preset)
    for position in list(range(0, 4 * hp.hop_length, 37)) + [20 * hp.hop_length - 1]:
        samples = np.zeros(20 * hp.hop_length)
        samples[position] = 1
        energy = np.exp(audio.melspectrogram(samples, hp)).sum(axis=1)
        # pre-emphasis spreads an impulse to the next sample, which may be in the next frame
        spread = {position // hp.hop_length, min(position + 1, len(samples) - 1) // hp.hop_length}
        assert np.argmax(energy) in spread


def test_the_number_of_frames_is_samples_divided_by_hop(hp):
    samples = audio.pad_to_hop(harmonic_tone(0.333), hp)
    assert len(samples) % hp.hop_length == 0 and len(samples) - 0.333 * 16000 < hp.hop_length
    mel = audio.melspectrogram(samples, hp)
    assert mel.shape == (len(samples) // hp.hop_length, hp.n_mels) and mel.dtype == np.float32
    with pytest.raises(ValueError):
        audio.melspectrogram(samples[:-1], hp)


def test_silence_and_overload_map_to_the_ends_of_the_normalised_range(hp):
    assert (audio.melspectrogram(np.zeros(10 * hp.hop_length), hp) == -hp.max_abs_value).all()
    assert audio.melspectrogram(1e4 * harmonic_tone(0.1), hp).max() == np.float32(hp.max_abs_value)


def test_a_mel_frame_equals_the_formula(hp):
    samples = harmonic_tone(0.5)
    emphasised = np.append(samples[0], samples[1:] - hp.preemphasis * samples[:-1])
    centre = 20 * hp.hop_length + hp.hop_length // 2
    segment = emphasised[centre - hp.win_length // 2:centre + hp.win_length // 2]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(hp.win_length) / hp.win_length)
    magnitudes = np.abs(np.fft.rfft(segment * hann, hp.n_fft))
    decibels = 20 * np.log10(spectrogram.mel_basis(hp).dot(magnitudes)) - 20
    np.testing.assert_allclose(audio.melspectrogram(samples, hp)[20],
                               8 * (decibels + 100) / 100 - 4, atol=1e-5)


@pytest.mark.parametrize("preset, values", [
    ("tiny", [0.522396, 0.471794, -1.960614, -1.654563, -1.359155]),
    ("reference", [-2.723298, 0.619092, -2.397863, -1.468300, -1.129873])])
def test_the_mel_is_the_same_on_both_stacks(preset, values):
    """Reference values from Python 3.11 with librosa 0.11."""
    hp = create_hparams(preset)
    mel = audio.melspectrogram(audio.pad_to_hop(harmonic_tone(0.5, hp.sample_rate), hp), hp)
    np.testing.assert_allclose(mel[10, ::hp.n_mels // 5], values, atol=1e-3)


# -- inversion ------------------------------------------------------------------------------------

def test_istft_inverts_stft(hp):
    samples = audio.pad_to_hop(harmonic_tone(0.5), hp)
    restored = spectrogram.istft(spectrogram.stft(samples, hp), hp)
    np.testing.assert_allclose(restored, samples, atol=1e-9)


# measured: 0.049 and 0.033 of a range of 8 (0.6 and 0.4 dB); 0.27 with sharpening
@pytest.mark.parametrize("power, iterations, max_error", [(1.0, 8, 0.06), (1.0, 60, 0.04),
                                                          (1.2, 60, 0.3)])
def test_the_mel_of_griffin_lim_is_close_to_its_input(hp, power, iterations, max_error):
    hp = hp.replace(griffin_lim_power=power, griffin_lim_iters=iterations)
    mel = audio.melspectrogram(audio.pad_to_hop(harmonic_tone(0.5), hp), hp)
    samples = audio.griffin_lim(mel, hp)
    assert samples.shape == (len(mel) * hp.hop_length,) and np.abs(samples).max() <= 1
    assert np.abs(audio.melspectrogram(samples, hp) - mel).mean() < max_error
    assert (samples == audio.griffin_lim(mel, hp)).all()


def test_griffin_lim_of_silence_is_silent_and_of_full_scale_stays_in_range(hp):
    silence = np.full([10, hp.n_mels], -hp.max_abs_value, np.float32)
    assert np.abs(audio.griffin_lim(silence, hp)).max() < 1e-3
    assert np.abs(audio.griffin_lim(-silence, hp)).max() <= 1


# -- files -----------------------------------------------------------------------------------------

def test_written_wav_files_carry_comment_and_software(tmp_path):
    samples = np.array([0, 0.5, -0.5, 1, -1, 3, -3])
    with open(str(tmp_path / "x.wav"), "wb") as file:
        audio.write_wav(file, samples, 16000, "합성 음성, seed 1", "our program")
    content = (tmp_path / "x.wav").read_bytes()
    info = content[content.index(b"LIST"):]
    assert info[8:12] == b"INFO" and b"ISFT" in info and b"our program" in info
    assert b"ICMT" in info and "합성 음성, seed 1".encode() in info
    read, rate = audio.read_wav(str(tmp_path / "x.wav"))
    assert rate == 16000 and soundfile.info(str(tmp_path / "x.wav")).subtype == "PCM_16"
    np.testing.assert_allclose(read, np.clip(samples, -1, 1), atol=1e-4)


@pytest.mark.parametrize("comment", ["synthetic speech; text: " + "가나다" * 1000, "가" * 681 + "ab",
                                     "speech\x1b]0;title\x07 \udc80\0 of 'me'"])
def test_every_comment_of_a_wav_can_be_read_back(tmp_path, comment):
    with open(str(tmp_path / "x.wav"), "wb") as file:
        audio.write_wav(file, np.zeros(100), 16000, comment, "our program")
    stored = audio.read_wav_info(str(tmp_path / "x.wav"))[0]
    assert stored == audio.fit_comment(comment) and stored.isprintable()
    assert stored.startswith(comment[:6]) and stored != audio.fit_comment(comment + "!")
    assert len(comment.encode("utf-8", "replace")) <= 2045 or "… (SHA-256 " in stored


def test_a_disk_that_fills_up_while_a_wav_is_written_is_an_error():
    with open("/dev/full", "wb", buffering=0) as file:
        with pytest.raises(OSError, match="No space left"):
            audio.write_wav(file, np.zeros(100), 16000, "synthetic", "our program")
