"""python -m datasets split cuts long recordings in pauses and finds the text of the clips."""
import os
import shutil
import sys

import numpy as np
import pytest
import soundfile
from conftest import CLIPS

import korean
from audio.recognizer import Word
from common import files
from common.errors import InputError
from datasets import __main__ as program
from datasets.corpus import read_corpus
from datasets.split import split_command, transcription
from datasets.split.clip_cuts import cut_clips
from datasets.split.long_recording import LongRecording, find_recordings
from datasets.split.main_speaker import check_one_main_speaker, find_other_speakers
from datasets.split.script_text import read_script, spoken_letters
from datasets.split.sound_frames import SoundFrames, measure_frames
from datasets.split.sound_sections import MUSIC, NOISE, SPEECH, Section, find_sections
from datasets.split.split_corpus import split_recordings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(__file__)), "tools"))

import join_recordings

RATE = 16000
SCRIPT = ("오늘은 2017년 5월 10일입니다.\n05번, 75번 마을버스가 비슷한 노선으로 다녀요.\n"
          "전시회에 가면 작품을 집중적으로 살펴보는 편이에요.\n구명조끼 착용법을 알려 주세요.\n"
          "너도 요즘 힘들잖아. 같이 와준 것만 해도 고마워.\n")
HEARD = ("오늘은 이천 십칠 년 오월 십일 입니다", "공 오번 칠십오 번 마을버스 가 비슷한 노선 으로 다녀 요",
         "전시회 에 가면 작품을 집중 적으로 살펴보는 편이에요", "구명 조끼 착용 법을 알려 주세요",
         "너도 요즘 힘들 잖아", "같이 와 준 것만 해도 고마 워")


def _speech(seconds, seed=0):
    """Syllables of 0.2 s whose pitch moves, as samples with a peak of about 0.5."""
    random, parts = np.random.RandomState(seed), []
    for _ in range(int(round(seconds / 0.2))):
        time = np.arange(int(0.2 * RATE)) / float(RATE)
        pitch = random.uniform(110, 200) * np.exp(random.uniform(-2.5, 2.5) * time)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        parts.append(sum(np.sin(number * phase) / number for number in range(1, 9))
                     * (0.3 + np.sin(np.pi * time / 0.2)))
    samples = np.concatenate(parts)
    return 0.5 * samples / np.abs(samples).max()


def _record(path, *parts):
    """Write samples and pauses (numbers of seconds) with a little noise; returns the path."""
    samples = np.concatenate([np.zeros(int(part * RATE)) if np.isscalar(part) else part
                              for part in parts])
    noise = 3e-4 * np.random.RandomState(1).standard_normal(len(samples))
    soundfile.write(str(path), samples + noise, RATE)
    return str(path)


def _split(recordings, out, **options):
    return split_recordings(str(recordings), str(out), **options)


def _reasons(report):
    return sorted(passage.reason for passage in report.set_aside)


def _fake_recognizer(texts):
    """A create_recognizer whose recogniser says one text after the other; and the calls."""
    calls = []

    def recognize(samples, sample_rate):
        text = texts[len(calls)]
        calls.append(text)
        if text is KeyboardInterrupt:
            raise text()
        return [Word(word, 0.9) for word in text.split()]

    return (lambda lines: recognize), calls


def _words(text):
    return [[word, 0.9] for word in text.split()]


def _align(tmp_path, heard, script=SCRIPT):
    (tmp_path / "script.txt").write_text(script, encoding="utf-8")
    parsed = read_script(str(tmp_path / "script.txt"), korean.TextNormalizer())
    clips = [("at %d" % number, len(spoken_letters(text)) / 12.0 + 0.1, _words(text))
             for number, text in enumerate(heard)]
    return transcription.transcribe_with_script(clips, parsed, "script.txt")


def test_joined_clips_are_cut_only_in_their_pauses(tmp_path):
    join_recordings.main([CLIPS, "--out", str(tmp_path / "joined"), "--limit", "9", "--seed", "3"])
    truth = files.read_json(str(tmp_path / "joined" / "truth.json"))
    report = _split(tmp_path / "joined" / "recording.flac", tmp_path / "corpus")
    spoken = [passage for passage in truth["passages"] if passage["kind"] == "clip"]
    for passage in spoken:
        inside = [clip for clip in report.clips
                  if clip.start <= passage["start"] + 0.03 and passage["end"] - 0.03 <= clip.end]
        assert len(inside) == 1, passage
    assert all(1 <= clip.end - clip.start <= 12 for clip in report.clips)
    assert _reasons(report) == ["music"]


def test_music_and_noise_are_set_aside_with_their_times(tmp_path):
    noise = 0.2 * np.random.RandomState(2).standard_normal(2 * RATE)
    music = join_recordings.synthesize_music(4, RATE)
    path = _record(tmp_path / "x.wav", 1, _speech(2), 1, music, 1, noise, 1, _speech(3, 1), 1)
    report = _split(path, tmp_path / "corpus")
    assert [(p.reason, round(p.start), round(p.end)) for p in report.set_aside] == [
        ("music", 4, 8), ("noise", 9, 11)]
    assert [(round(clip.start + 0.3, 1), round(clip.end - 0.3, 1)) for clip in report.clips] == [
        (1, 3), (12, 15)]
    table = files.read_lines(str(tmp_path / "corpus" / "set_aside.tsv"))
    assert table[1].startswith("x.wav\t0:00:04.0\t0:00:08.0\tmusic\t")


@pytest.mark.parametrize("sound", [
    join_recordings.synthesize_music(3, RATE), 0.2 * np.random.RandomState(0).randn(3 * RATE),
    np.zeros(3 * RATE)], ids=["music", "noise", "silence"])
def test_a_recording_without_speech_is_refused(sound, tmp_path):
    path = _record(tmp_path / "x.wav", 1, sound, 1)
    with pytest.raises(InputError, match="contains no clip of speech"):
        _split(path, tmp_path / "corpus")


def _cuts(*sections):
    frames = SoundFrames(np.zeros(10000), None, None)
    sections = [Section(start, end, SPEECH, "") for start, end in sections]
    return cut_clips(sections, [True] * len(sections), frames)


def test_clips_are_as_long_as_their_pauses_allow():
    cuts, rejected = _cuts((1, 3), (3.3, 5), (7, 9), (9.3, 18), (20.5, 20.8))
    assert [cut.speech for cut in cuts] == [[(1, 3), (3.3, 5)], [(7, 9), (9.3, 18)]]
    assert rejected == [(20.5, 20.8, "too short")]
    assert [(cut.start, cut.end) for cut in cuts] == [(0.7, 5.3), (6.7, 18.3)]


def test_a_cut_is_in_the_middle_of_a_pause():
    cuts, _ = _cuts((1, 8), (8.3, 15))
    assert cuts[0].end == cuts[1].start == pytest.approx(8.15)


def test_a_section_without_pauses_is_cut_at_shorter_ones_or_set_aside():
    level = np.full(5000, -60.0)
    level[500:1200] = level[1218:2000] = level[3000:4500] = -20     # 0.18 s, and no pause
    sections = [Section(5.0, 20.0, SPEECH, ""), Section(30.0, 45.0, SPEECH, "")]
    cuts, rejected = cut_clips(sections, [True, True], SoundFrames(level, None, None))
    assert [cut.speech for cut in cuts] == [[(5.0, 12.0)], [(12.18, 20.0)]]
    assert rejected == [(30.0, 45.0, "too long")]


def test_the_spelling_of_the_script_replaces_what_was_heard(tmp_path):
    texts, skipped = _align(tmp_path, HEARD)
    lines = SCRIPT.splitlines()
    assert [text.text for text in texts] == lines[:4] + ["너도 요즘 힘들잖아.", "같이 와준 것만 해도 고마워."]
    assert not skipped and all(text.problem is None for text in texts)


def test_errors_of_the_recogniser_do_not_move_the_cuts(tmp_path):
    heard = [HEARD[0], "고 오번 실시 번 아을버스가 비스탄 노선으로 다녀", "정시 에 가면 작품 집중 적으로 살펴 편이"] + list(HEARD[3:])
    texts, _ = _align(tmp_path, heard)
    assert [text.text for text in texts[:3]] == SCRIPT.splitlines()[:3]


def test_skipped_repeated_and_misread_passages_are_reported(tmp_path):
    heard = [HEARD[0], HEARD[2], HEARD[2], HEARD[3], "어제 먹은 사과 하나가 나았다", HEARD[5]]
    texts, skipped = _align(tmp_path, heard)
    assert texts[1].problem == "repeated: line 3 of the script"      # the last reading is used
    assert texts[2].text == SCRIPT.splitlines()[2]
    assert texts[4].problem.startswith(("misread: “너도 요즘 힘들잖아.” (line 5", "not in the script"))
    assert [(p.first_line, p.last_line) for p in skipped][0] == (2, 2)
    assert skipped[0].text == SCRIPT.splitlines()[1]


def test_a_script_of_another_recording_is_refused_with_the_best_and_worst_passages(tmp_path):
    with pytest.raises(InputError, match="is not the text of these recordings: .*best: at .*heard "
                                         ".*worst: at .*heard"):
        _align(tmp_path, HEARD, "유럽에서 기차를 타면 검표원이 돌아다니며 표를 확인해.\n아틀란티스를 타면 파도를 가르는 느낌이야.\n"
                                "거리도 짧고 차도 잘 빠져서 금방 왔어요.\n공연 시작하려면 여유 있으니까 천천히 와.\n")


def test_a_script_without_text_is_refused(tmp_path):
    (tmp_path / "script.txt").write_text(" \n…\n", encoding="utf-8")
    with pytest.raises(InputError, match="script.txt: contains no text"):
        read_script(str(tmp_path / "script.txt"), korean.TextNormalizer())


def _four_sentences(tmp_path):
    parts = [part for seed in range(4) for part in (_speech(1.6, seed), 1.2)]
    return _record(tmp_path / "talk.wav", 1, *parts)


def test_confident_texts_of_the_recogniser_are_kept_without_a_script(tmp_path):
    path = _four_sentences(tmp_path)
    words = iter([[Word("안녕하세요", 0.95)], [Word("아마도", 0.4)], [], [Word("네", 0.9)]])
    report = _split(path, tmp_path / "corpus",
                    create_recognizer=lambda lines: lambda samples, rate: next(words))
    assert [clip.text for clip in report.clips] == ["안녕하세요", "", "", "네"]
    assert _reasons(report) == ["not confident", "nothing recognised"]
    assert "heard “아마도”" in report.set_aside[0].detail
    confidences = files.read_lines(str(tmp_path / "corpus" / "confidence.tsv"))
    assert confidences[:2] == ["talk-0001\t0.950", "talk-0002\t0.400"]


def test_without_a_recogniser_there_are_clips_and_empty_transcripts(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(split_command, "default_recognizer", lambda: None)
    path, out = _four_sentences(tmp_path), str(tmp_path / "corpus")
    program.main(["split", path, "--out", out])
    printed = capsys.readouterr().out
    assert "4 clips" in printed and "pip install" in printed
    assert [utterance.text for utterance in read_corpus(out, "folder").utterances] == [""] * 4
    with pytest.raises(InputError, match="a script needs a speech recogniser"):
        program.main(["split", path, "--out", out, "--script", path])


def test_an_interrupted_run_continues_with_the_clips_that_are_missing(tmp_path):
    path = _four_sentences(tmp_path)
    create, _ = _fake_recognizer(["하나", "둘", KeyboardInterrupt])
    with pytest.raises(KeyboardInterrupt):
        _split(path, tmp_path / "corpus", create_recognizer=create)
    create, calls = _fake_recognizer(["셋", "넷"])
    report = _split(path, tmp_path / "corpus", create_recognizer=create)
    assert len(calls) == 2 and [clip.text for clip in report.clips] == ["하나", "둘", "셋", "넷"]
    assert not [name for name in os.listdir(str(tmp_path / "corpus")) if name.endswith(".part")]


def test_corrected_transcripts_and_other_corpora_are_not_overwritten(tmp_path):
    path, corpus = _four_sentences(tmp_path), tmp_path / "corpus"
    create, _ = _fake_recognizer(["하나", "둘", "셋", "넷"])
    report = _split(path, corpus, create_recognizer=create)
    transcript = corpus / (report.clips[1].name + ".txt")
    transcript.write_text("두울", encoding="utf-8")
    _split(path, corpus, create_recognizer=create)
    assert transcript.read_text(encoding="utf-8") == "두울"
    other = _record(tmp_path / "other.wav", 1, _speech(2), 1)
    with pytest.raises(InputError, match="corpus: contains the clips of other recordings"):
        _split(other, corpus)
    (tmp_path / "script.txt").write_text(SCRIPT, encoding="utf-8")
    with pytest.raises(InputError, match="transcripts that were made without a script"):
        _split(path, corpus, script=str(tmp_path / "script.txt"), create_recognizer=create)
    with pytest.raises(InputError, match="contains other files"):
        _split(path, tmp_path)


def test_clips_that_are_cut_differently_now_are_replaced_only_without_transcripts(tmp_path):
    """Otherwise, a transcript would be that of another clip of the same name."""
    def record(*pauses):
        parts = [part for seed, pause in enumerate(pauses) for part in (_speech(1.6, seed), pause)]
        return _record(tmp_path / "talk.wav", 1, *parts)

    corpus = tmp_path / "corpus"
    _split(record(1.0, 1.0, 1.0), corpus)
    before = (corpus / "talk-0002.flac").read_bytes()
    report = _split(record(1.4, 1.0, 0.6), corpus)
    assert (corpus / "talk-0002.flac").read_bytes() != before
    create, _ = _fake_recognizer(["하나", "둘", "셋"])
    _split(tmp_path / "talk.wav", corpus, create_recognizer=create)
    assert (corpus / "talk-0002.txt").read_text(encoding="utf-8") == "둘\n"
    with pytest.raises(InputError, match="have transcripts, but would be cut differently now"):
        _split(record(1.0, 1.0, 1.0), corpus, create_recognizer=create)
    samples, _ = soundfile.read(str(corpus / "talk-0002.flac"))
    cut = report.clips[1]
    assert len(samples) == int(round(cut.end * RATE)) - int(round(cut.start * RATE))


def test_what_a_truncated_recording_ends_with_is_set_aside(tmp_path):
    path = _record(tmp_path / "x.wav", 1, _speech(2), 1, _speech(2, 1), 1)
    with open(path, "r+b") as file:
        file.truncate(int(5.5 * RATE) * 2)
    report = _split(path, tmp_path / "corpus")
    assert _reasons(report) == ["recording ends early"] and len(report.clips) == 1
    assert report.recordings[0][1:] == pytest.approx((5.5, 7), abs=0.01)


@pytest.mark.parametrize("extension", [".flac", ".ogg", ".mp3"])
def test_compressed_recordings_are_split_like_wav(extension, tmp_path):
    path = _four_sentences(tmp_path)
    samples, rate = soundfile.read(path)
    soundfile.write(str(tmp_path / ("talk" + extension)), samples, rate)
    expected = _split(path, tmp_path / "a").clips
    clips = _split(tmp_path / ("talk" + extension), tmp_path / "b").clips
    assert [(clip.start, clip.end) for clip in clips] == [
        pytest.approx((clip.start, clip.end), abs=0.1) for clip in expected]


def test_video_needs_ffmpeg(tmp_path, monkeypatch):
    (tmp_path / "talk.mp4").write_bytes(b"0" * 100)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="talk.mp4: needs ffmpeg, which is not installed"):
        _split(tmp_path / "talk.mp4", tmp_path / "corpus")


def test_video_is_converted_with_ffmpeg_once(tmp_path, monkeypatch):
    sound, log = _four_sentences(tmp_path), tmp_path / "log"
    ffmpeg = tmp_path / "bin" / "ffmpeg"
    ffmpeg.parent.mkdir()
    # the last argument is the file to write
    ffmpeg.write_text("#!/bin/sh\necho $* >> %s\nfor last; do :; done\ncat %s > \"$last\"\n"
                      % (log, sound))
    ffmpeg.chmod(0o755)
    monkeypatch.setenv("PATH", str(ffmpeg.parent) + os.pathsep + os.environ["PATH"])
    video = tmp_path / "talk.mp4"
    video.write_bytes(b"0" * 100)
    for _ in range(2):
        assert len(_split(video, tmp_path / "corpus").clips) == 4
    assert len(log.read_text().splitlines()) == 1
    assert len(read_corpus(str(tmp_path / "corpus")).utterances) == 4
    ffmpeg.write_text("#!/bin/sh\necho no audio stream >&2\nexit 1\n")
    with pytest.raises(InputError, match="talk.mp4: ffmpeg cannot convert it .no audio stream"):
        _split(video, tmp_path / "other")


def test_comparing_the_speakers_continues_after_an_interruption(tmp_path, monkeypatch):
    calls, embeddings = [], list(_embeddings(4, 1))

    def embed(samples, sample_rate):
        calls.append(len(samples))
        if len(calls) == 3:
            raise KeyboardInterrupt()
        return embeddings[len(calls) % 4]

    monkeypatch.setattr("audio.speaker_encoder.is_available", lambda: True)
    monkeypatch.setattr("audio.speaker_encoder.embed_utterance", embed)
    monkeypatch.setattr("datasets.split.split_corpus._SAVE_INTERVAL", 1)
    path = _four_sentences(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        _split(path, tmp_path / "corpus")
    assert len(_split(path, tmp_path / "corpus").clips) == 4 and len(calls) == 5


def test_files_that_are_not_audio_are_refused(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"hello")
    with pytest.raises(InputError, match="a.wav: cannot be read as audio"):
        _split(tmp_path, tmp_path / "corpus")
    with pytest.raises(InputError, match="contains no recording"):
        find_recordings(str(tmp_path / "corpus"), "elsewhere")
    with pytest.raises(InputError, match="there is no such file"):
        find_recordings(str(tmp_path / "missing"), "elsewhere")


def test_recordings_are_found_through_links_and_what_cannot_be_used_is_named(tmp_path, capsys):
    for name in ("in/a.wav", "linked/b.mp3", "in/corpus/c.wav"):
        os.makedirs(str((tmp_path / name).parent), exist_ok=True)
        (tmp_path / name).write_bytes(b"sound")
    os.symlink(str(tmp_path / "linked"), str(tmp_path / "in/more"))
    os.mkfifo(str(tmp_path / "in/pipe.wav"))
    folder = str(tmp_path / "in")
    assert find_recordings(folder, folder + "/corpus") == [folder + "/a.wav",
                                                           folder + "/more/b.mp3"]
    assert "warning: %s/pipe.wav: is not a file, but a pipe" % folder in capsys.readouterr().err
    with pytest.raises(InputError, match="pipe.wav: is a folder, a pipe or a device"):
        LongRecording(folder + "/pipe.wav", folder)
    soundfile.write(str(tmp_path / "slow.wav"), np.ones(100), 1)
    with pytest.raises(InputError, match="slow.wav: has a sample rate of 1 Hz"):
        LongRecording(str(tmp_path / "slow.wav"), folder)


def test_recordings_are_in_the_order_of_their_numbers(tmp_path):
    for number in (1, 2, 10):
        (tmp_path / ("chapter %d.mp3" % number)).write_bytes(b"sound")
    assert [os.path.basename(path) for path in find_recordings(str(tmp_path), "out")] == [
        "chapter 1.mp3", "chapter 2.mp3", "chapter 10.mp3"]


def test_names_that_are_not_utf_8_are_refused(tmp_path):
    path = os.path.join(str(tmp_path), os.fsdecode(b"\xb3\xec.wav"))
    with open(path, "wb") as file:
        file.write(b"sound")
    with pytest.raises(InputError, match=r"udcb3.*the name is not UTF-8"):
        _split(path, tmp_path / "corpus")
    with pytest.raises(InputError, match=r"udcb3.*the name is not UTF-8"):
        read_script(path, korean.TextNormalizer())


def test_a_damaged_flac_is_used_up_to_the_damage(tmp_path):
    path = _record(tmp_path / "x.flac", 1, *[part for seed in range(9)
                                             for part in (_speech(2, seed), 1)])
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) // 2)
    for _ in range(2):      # the second time from the stored results
        report = _split(path, tmp_path / "corpus")
        _, seconds, announced = report.recordings[0]
        assert 8 < seconds < 20 and announced == pytest.approx(28)
        assert 2 <= len(report.clips) <= 6 and report.clips[-1].end <= seconds


def test_blocks_of_a_long_recording_join_without_gaps(tmp_path):
    samples = np.random.RandomState(0).uniform(-0.5, 0.5, 17 * 2000 + 123)
    soundfile.write(str(tmp_path / "x.wav"), samples, 2000, subtype="FLOAT")
    blocks = list(LongRecording(str(tmp_path / "x.wav"), "").blocks(5, 1))
    assert max(map(len, blocks)) == 7 * 2000
    joined = np.concatenate([block[2000:12000] for block in blocks])
    np.testing.assert_allclose(joined, samples, atol=1e-6)


def test_frames_do_not_depend_on_the_borders_of_the_blocks(tmp_path, monkeypatch):
    path = _record(tmp_path / "x.wav", 1, _speech(4), 1.5)
    recording = LongRecording(path, "")
    whole = measure_frames(recording)
    monkeypatch.setattr("datasets.split.sound_frames.BLOCK", 2)
    parts = measure_frames(recording)
    assert len(whole.level) == len(parts.level) == 650
    np.testing.assert_allclose(whole.level[20:], parts.level[20:], atol=0.1)
    assert np.mean(whole.voiced == parts.voiced) > 0.99


def test_speech_is_voiced_and_unsteady_and_chords_are_steady(tmp_path):
    noise = 0.2 * np.random.RandomState(2).standard_normal(RATE)
    music = join_recordings.synthesize_music(2, RATE)
    path = _record(tmp_path / "x.wav", 1, _speech(2), 1, music, 1, noise, 1)
    sections = find_sections(measure_frames(LongRecording(path, "")))
    assert [section.kind for section in sections] == [SPEECH, MUSIC, NOISE]


def _embeddings(count, seed):
    random = np.random.RandomState(seed)
    centre, rows = random.uniform(0, 1, 256), []
    for _ in range(count):
        row = np.maximum(0, centre + 0.1 * random.standard_normal(256))
        rows.append(row / np.linalg.norm(row))
    return np.array(rows)


def test_sections_of_other_speakers_are_found_and_short_ones_count_as_their_neighbours():
    embeddings = np.concatenate([_embeddings(20, 1), _embeddings(3, 2)])
    embeddings = np.insert(embeddings, 22, np.nan, axis=0)      # between sections of the other
    is_other = find_other_speakers(embeddings, np.full(24, 2.0))
    assert is_other.tolist() == [False] * 20 + [True] * 4


def test_other_speakers_are_found_if_all_short_sections_are_theirs():
    seconds = np.array([4.0] * 20 + [2.0] * 9)
    is_other = find_other_speakers(np.concatenate([_embeddings(20, 1), _embeddings(9, 2)]), seconds)
    assert is_other.tolist() == [False] * 20 + [True] * 9


def test_two_speakers_in_similar_shares_are_refused():
    embeddings = np.concatenate([_embeddings(10, 1), _embeddings(8, 2) * np.tile([0.0, 1.0], 128)])
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    with pytest.raises(InputError, match="two speakers in similar shares, for example at 0, 1"):
        check_one_main_speaker(list(map(str, range(18))), embeddings * 1.0, np.full(18, 2.0))
