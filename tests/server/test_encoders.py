"""Audio files of the server: every format is complete, reproducible and marked as synthetic."""
import io

import numpy as np
import pytest
import soundfile

import audio
from server import encoders, ogg_pages

COMMENT = "synthetic speech; text: 한글"
SAMPLES = (np.sin(np.arange(40000) * 0.05) * 9000).astype(np.int16)
CONTAINERS = sorted(audio.FILE_FORMATS)


def stream(name, n_blocks=7):
    return list(encoders.encode_stream(iter(np.array_split(SAMPLES, n_blocks)), name, 16000,
                                       COMMENT))


@pytest.mark.parametrize("name", CONTAINERS)
@pytest.mark.parametrize("is_stream", (True, False))
def test_files_have_all_samples_and_say_that_they_are_synthetic(name, is_stream):
    content = (b"".join(stream(name)) if is_stream
               else encoders.encode_file(SAMPLES, name, 16000, COMMENT))
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        samples = file.read(dtype="int16")
        assert file.comment == (COMMENT if name != "mp3" else
                                COMMENT.encode("ascii", "backslashreplace").decode("ascii"))
        assert file.samplerate == 16000 and file.channels == 1
    if name in ("wav", "flac"):
        assert np.array_equal(samples, SAMPLES)
    else:
        assert 0 <= len(samples) - len(SAMPLES) < 3000      # an encoder may pad the ends
        assert np.abs(samples).max() == pytest.approx(9000, rel=0.1)


@pytest.mark.parametrize("name", sorted(encoders.MEDIA_TYPES))
def test_a_stream_does_not_depend_on_its_blocks(name):
    pieces = stream(name)
    assert b"".join(pieces) == b"".join(stream(name, 50))
    if name not in ("flac", "ogg"):     # a page of Vorbis has half a second
        assert len(pieces) > 3 and len(pieces[0]) < len(b"".join(pieces)) / 2


def test_pcm_has_16_bits_in_little_endian():
    assert b"".join(stream("pcm")) == SAMPLES.astype("<i2").tobytes()


def test_formats_that_do_not_have_the_sample_rate_are_not_available():
    assert "opus" in encoders.available_formats(24000)
    assert set(encoders.MEDIA_TYPES) - set(encoders.available_formats(22050)) == {"opus"}
    assert not {"opus", "mp3"} & set(encoders.available_formats(12345))


def test_ogg_pages_have_the_checksum_of_the_specification():
    # an empty page, whose checksum is known from libogg's tests
    page = bytes(bytearray([
        0x4F, 0x67, 0x67, 0x53, 0, 0x06, 0x07, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0,
        0x97, 0x42, 0x23, 0x6C, 1, 17])) + bytes(bytearray(range(17)))
    whole, = ogg_pages.renumber([page])
    assert len(whole) == len(page) and whole[14:18] == b"\x01\0\0\0"
    assert ogg_pages.checksum(whole[:22] + bytes(4) + whole[26:]) == int.from_bytes(
        whole[22:26], "little")
    # the parts of a page that arrive separately
    assert b"".join(ogg_pages.renumber([page[:5], page[5:30], page[30:]])) == whole
    assert ogg_pages.checksum(b"OggS") == 0x5fb0a94f
