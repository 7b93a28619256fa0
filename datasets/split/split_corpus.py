"""Splits recordings into the clips of a corpus. A second run continues after an interruption."""
import contextlib
import os
import re
from collections import Counter, namedtuple

import numpy as np
import soundfile

import audio
import korean
from audio import recognizer, speaker_encoder
from common import files
from common.errors import InputError
from common.progress_bar import tqdm
from datasets.check.measurements import find_flat_runs
from datasets.split import transcription
from datasets.split.clip_cuts import cut_clips
from datasets.split.long_recording import LongRecording, find_recordings
from datasets.split.main_speaker import MIN_SECONDS, check_one_main_speaker, find_other_speakers
from datasets.split.script_text import read_script
from datasets.split.sound_frames import HOP, SoundFrames, measure_frames
from datasets.split.sound_sections import SPEECH, find_sections
from datasets.split.split_report import SetAside, SplitClip, SplitReport, format_time, write_report
from datasets.split.work_folder import NAME, WorkFolder, has_transcripts, hash_of

_SAVE_INTERVAL = 10     # sections whose speakers are compared
_MAX_FLAT_RUNS = 10     # of a clip; as in python -m datasets check

# A clip before its text is known. cut: clip_cuts.Cut; recording: LongRecording
_Clip = namedtuple("_Clip", "name recording cut")


def split_recordings(recordings, out, script=None, create_recognizer=None, normalizer=None):
    """Split a recording, or a folder of them, into a corpus in the format `folder`: a SplitReport.

    script: path of the text that was read; create_recognizer(lines) returns a recogniser of these
    lines, see audio.recognizer, or with [] a general one. Without a recogniser, the transcripts
    are empty. Clips have the sample rate of their recording. Files in `out` are not overwritten,
    except for empty transcripts and the report, and except that clips without any transcript are
    replaced if they would be cut differently now. Raises InputError.
    """
    paths = find_recordings(recordings, out)
    script_text = script and read_script(script, normalizer or korean.TextNormalizer())
    work_path = os.path.join(out, NAME)
    work = WorkFolder(out, {
        "recordings": [[os.path.basename(path), os.path.getsize(path)] for path in paths],
        "script": hash_of(*script_text.lines) if script else None})
    sources = [LongRecording(path, work_path) for path in paths]
    clips, set_aside = _find_clips(sources, work)
    clips = [clip for clip in clips if _check_clipping(clip, set_aside)]
    if not clips:
        raise InputError("%s: contains no clip of speech (%s)" % (
            recordings, _count_reasons(set_aside) or "only silence"))
    os.makedirs(out, exist_ok=True)
    _check_same_cuts(out, clips, work)
    texts, skipped = _transcribe(clips, script_text, script, create_recognizer, work)
    kept = []
    for clip, text in tqdm(list(zip(clips, texts)), desc="write", unit="clip", disable=None):
        if text.problem:
            set_aside.append(_set_aside_clip(clip, text))
        if not (script and text.problem):
            _write_clip(out, clip, text.text)
            kept.append(SplitClip(clip.name, clip.recording.name, clip.cut.start, clip.cut.end,
                                  text.text, text.heard, text.score))
    report = SplitReport(
        out, [(source.name, source.seconds, source.announced_seconds) for source in sources],
        kept, sorted(set_aside), skipped, script, bool(create_recognizer))
    write_report(report)
    return report


def _check_same_cuts(out, clips, work):
    """Remove the clips of an earlier split that was cut differently: the same name is another clip.

    The cuts change if a recording was edited, or if other speakers are recognised only now. Raises
    InputError if there are transcripts.
    """
    cuts = {clip.name: [clip.cut.start, clip.cut.end] for clip in clips}
    earlier = work.table("cuts")
    if earlier and earlier != cuts:
        if has_transcripts(out):
            raise InputError("%s: its clips have transcripts, but would be cut differently now, "
                             "because a recording has changed or a package for the comparison of "
                             "speakers was installed or removed; choose another --out" % out)
        for name in earlier:
            for extension in (".flac", ".txt"):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(os.path.join(out, name + extension))
        work.remove_tables("words-")
    work.save_table("cuts", cuts)


def _count_reasons(set_aside):
    counts = Counter(passage.reason for passage in set_aside)
    return ", ".join("%s: %d" % item for item in sorted(counts.items()))


def _find_clips(sources, work):
    """([_Clip], [SetAside]) of the main speaker in the recordings."""
    frames = _measure(sources, work)
    sections = [find_sections(one) for one in frames]
    is_other = _find_other_speakers(sources, sections, work)
    clips, set_aside, names = [], [], _unique_names(sources)
    for source, name, one_frames, one_sections, other in zip(
            sources, names, frames, sections, is_other):
        usable = []
        for section, is_other_speaker in zip(one_sections, other):
            reason = _reason_to_set_aside(source, section, is_other_speaker)
            usable.append(reason is None)
            if reason:
                set_aside.append(SetAside(source.name, section.start, section.end, reason,
                                          section.detail))
        cuts, rejected = cut_clips(one_sections, usable, one_frames)
        set_aside += [SetAside(source.name, start, end, reason, "")
                      for start, end, reason in rejected]
        clips += [_Clip("%s-%04d" % (name, number), source,
                        cut._replace(end=min(cut.end, source.seconds)))
                  for number, cut in enumerate(cuts, 1)]
    return clips, set_aside


def _measure(sources, work):
    total = sum(source.seconds for source in sources)
    with tqdm(total=int(total), desc="measure", unit="s", disable=None) as progress:
        return [_measure_recording(source, work, progress) for source in sources]


def _measure_recording(source, work, progress):
    name = "frames-" + source.key
    stored = work.arrays(name)
    if stored:
        frames = SoundFrames(**stored)
        progress.update(int(source.seconds))
    else:
        frames = measure_frames(source, progress)
        work.save_arrays(name, frames._asdict())
    source.set_readable_seconds(len(frames.level) * HOP)
    return frames


def _reason_to_set_aside(source, section, is_other_speaker):
    if section.kind != SPEECH:
        return section.kind
    if source.ends_early and section.end > source.seconds - 0.1:
        return "recording ends early"
    return "other speaker" if is_other_speaker else None


def _find_other_speakers(sources, sections, work):
    """[bool [sections]] of the recordings. Raises InputError for two speakers in similar shares."""
    if not speaker_encoder.is_available():
        return [np.zeros(len(one), bool) for one in sections]
    total = sum(len(one) for one in sections)
    with tqdm(total=total, desc="speakers", unit="section", disable=None) as progress:
        embeddings = [_embed_sections(source, one, work, progress)
                      for source, one in zip(sources, sections)]
    seconds = np.array([section.end - section.start for one in sections for section in one])
    names = ["%s %s" % (source.name, format_time(section.start))
             for source, one in zip(sources, sections) for section in one]
    stacked = np.concatenate(embeddings)
    check_one_main_speaker(names, stacked, seconds)
    is_other = find_other_speakers(stacked, seconds)
    return np.split(is_other, np.cumsum([len(one) for one in sections])[:-1])


def _embed_sections(source, sections, work, progress):
    """Embeddings [sections, 256]; NaN for music, noise and short sections."""
    name = "speakers-" + source.key
    state = work.arrays(name) or {"count": np.array(0), "embeddings": np.full(
        (len(sections), 256), np.nan, np.float32)}
    first = int(state["count"])
    progress.update(first)
    for index in range(first, len(sections)):
        section = sections[index]
        if section.kind == SPEECH and section.end - section.start >= MIN_SECONDS:
            state["embeddings"][index] = speaker_encoder.embed_utterance(
                source.read(section.start, section.end), source.rate)
        progress.update()
        state["count"] = np.array(index + 1)
        if (index + 1) % _SAVE_INTERVAL == 0 or index + 1 == len(sections):
            work.save_arrays(name, state)
    return state["embeddings"]


def _unique_names(sources):
    """A name for the clips of each recording, valid in every file system."""
    names = []
    for source in sources:
        stem = re.sub("[^0-9A-Za-z가-힣._-]", "_", os.path.splitext(source.name)[0]) or "clip"
        names.append(stem if stem not in names else "%s-%d" % (stem, len(names) + 1))
    return names


def _check_clipping(clip, set_aside):
    """Whether a clip is not clipped; otherwise it is appended to `set_aside`."""
    samples = np.float64(clip.recording.read(clip.cut.start, clip.cut.end))
    n_runs, _ = find_flat_runs(samples[:, None])
    if n_runs < _MAX_FLAT_RUNS:
        return True
    set_aside.append(SetAside(clip.recording.name, clip.cut.start, clip.cut.end, "clipping",
                              "%d clipped places" % n_runs))
    return False


def _transcribe(clips, script_text, script, create_recognizer, work):
    """([Transcription] of the clips, [SkippedPassage])."""
    if not create_recognizer:
        return [transcription.Transcription("", None, "", 0.0)] * len(clips), []
    by_name = {clip.name: clip for clip in clips}

    def read_clip(name):
        clip = by_name[name]
        return clip.recording.read(clip.cut.start, clip.cut.end), clip.recording.rate

    heard = transcription.hear_clips(list(by_name), read_clip, create_recognizer, script_text, work)
    if not script_text:
        return [transcription.transcribe_without_script(heard[clip.name]) for clip in clips], []
    items = [("%s %s" % (clip.recording.name, format_time(clip.cut.start)),
              sum(end - start for start, end in clip.cut.speech), heard[clip.name])
             for clip in clips]
    return transcription.transcribe_with_script(items, script_text, script)


def _set_aside_clip(clip, text):
    reason, _, detail = text.problem.partition(": ")
    heard = "heard “%s”" % text.heard if text.heard else ""
    return SetAside(clip.recording.name, clip.cut.start, clip.cut.end, reason,
                    "; ".join(part for part in (detail, heard) if part))


def _write_clip(out, clip, text):
    """Write the recording and the transcript of a clip, unless they exist."""
    path = os.path.join(out, clip.name + ".flac")
    if not os.path.exists(path):
        samples = clip.recording.read(clip.cut.start, clip.cut.end)
        with files.atomic_write(path) as file:
            soundfile.write(file, audio.to_pcm16(samples), clip.recording.rate, format="FLAC",
                            subtype="PCM_16")
    path = os.path.join(out, clip.name + ".txt")
    if not os.path.exists(path) or not files.read_text(path).strip():
        with files.atomic_write(path, "w", encoding="utf-8") as file:
            file.write(text + "\n" if text else "")


def default_recognizer():
    """Vosk's create_recognizer, or None if it is not installed."""
    return recognizer.create_recognizer if recognizer.is_available() else None
