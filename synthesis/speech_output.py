"""Text lines as WAV files, or as a stream of 16-bit samples."""
import contextlib
import glob
import itertools
import os
import sys
from time import monotonic

import numpy as np

import audio
import korean
from common import files
from common.folder_lock import FolderLock
from korean.hangul import count_syllables
from synthesis import attempts, joining, spoken_lines, utterance_faults
from synthesis.pauses import pause_after, silence
from synthesis.progress import Progress
from tacotron2.alignment_plot import alignment_png
from training.run_folder import SOFTWARE_NAME

BATCH_UTTERANCES = 16       # per vocoder batch; bounds the memory
MIN_REPORTED_UTTERANCES = 200
SYLLABLES_PER_SECOND = 4.5  # usual in read speech, with pauses
_FILE_NAMES = r"\d{4,}(\.part-\d+)?\.(wav|json)|\d{4,}-alignment[-\w]*\.png"
RETRIED, FAILED = "lines with several attempts", "lines with a fault"    # kinds of messages


def report_length(lines):
    """Print on stderr how long the speech of a long text will be."""
    texts = [text for line in lines for text in line.utterances]
    if len(texts) >= MIN_REPORTED_UTTERANCES:
        seconds = sum(map(count_syllables, texts)) / SYLLABLES_PER_SECOND
        print("%d lines, %d utterances, about %.1f h of audio"
              % (len(lines), len(texts), seconds / 3600), file=sys.stderr)


def write_wavs(lines, voice, out, predictor, messages):
    """Write the files of each of the spoken_lines.Lines that is not written.

    `predictor` is an attempts.Predictor, `messages` a RepeatedMessages. Returns {stem of a written
    line: speed as a multiple of real time}. Raises InputError if a WAV with another text, voice or
    seed exists, or another process writes into the folder.
    """
    with lock_folder(out):
        return write_missing_wavs(lines, voice, out, predictor, messages)


@contextlib.contextmanager
def lock_folder(out):
    """Make the folder, and lock it. What killed processes have left in it is removed."""
    os.makedirs(out, exist_ok=True)
    lock = FolderLock(out, "another synthesize.py writes into this folder; wait for its end, or "
                           "choose another --out")
    try:
        remove_temporary_files(out)
        yield
    finally:
        lock.close()


def remove_temporary_files(out):
    """Remove what killed processes of this host have left in a folder."""
    files.remove_temporary_files(out, _FILE_NAMES)


def write_missing_wavs(lines, voice, out, predictor, messages, show_progress=True):
    """write_wavs in a folder that is locked, and in which other processes may write lines."""
    pending = [line for line in lines
               if not spoken_lines.is_written(line, predictor.max_attempts)]
    parts, speeds = {line.stem: spoken_lines.split_into_parts(line) for line in pending}, {}
    # the last part is always written, because the parts are joined after it
    work = [(line, part) for line in pending for part in parts[line.stem]
            if part is parts[line.stem][-1]
            or not spoken_lines.is_written(part, predictor.max_attempts)]
    in_work = {part.stem for _, part in work}
    for line in lines:
        for part in parts.get(line.stem, [line]):
            if part.stem not in in_work:
                _draw_missing_plots(part, predictor)
    with Progress(sum(len(text) for _, part in work for text in part.utterances),
                  disable=not show_progress) as progress:
        for batch in _batches(work):
            start_time = monotonic()
            _write_batch([part for _, part in batch], voice, predictor, progress, messages)
            speed = (sum(wav_seconds(part) for _, part in batch)
                     / max(monotonic() - start_time, 1e-3))
            speeds.update((line.stem, speed) for line, _ in batch)
            for line, part in batch:
                if part is not line and part is parts[line.stem][-1]:
                    _join_parts(line, parts[line.stem], voice, predictor)
    _remove_parts(lines, out)
    return speeds


def wav_seconds(line):
    return audio.read_wav_info(line.stem + ".wav")[1]


def stream_pcm(lines, voice, predictor, messages, output):
    """Write 16-bit little-endian samples of all lines to a binary file as they are generated.

    Returns whether any line has a fault.
    """
    has_fault = False
    for line in lines:
        pause = line.pause
        for text in line.utterances:
            prediction = predictor.predict(text)
            has_fault = _report(line, prediction, messages) or has_fault
            for part in prediction.parts:
                chunks = voice.stream_waveform(part.ids, part.output.mel, predictor.seed)
                for samples in itertools.chain([silence(pause, voice.hp.sample_rate)], chunks):
                    output.write(audio.to_pcm16(samples).astype("<i2").tobytes())
                    output.flush()
                pause = pause_after(part.text)
    return has_fault


def _batches(work):
    """Lists of (line, part) with at most BATCH_UTTERANCES utterances in all."""
    batch, n_utterances = [], 0
    for line, part in work:
        if batch and n_utterances + len(part.utterances) > BATCH_UTTERANCES:
            yield batch
            batch, n_utterances = [], 0
        batch.append((line, part))
        n_utterances += len(part.utterances)
    if batch:
        yield batch


def _write_batch(lines, voice, predictor, progress, messages):
    predictions = [[predictor.predict(text) for text in line.utterances] for line in lines]
    parts = [part for line in predictions for prediction in line for part in prediction.parts]
    n_frames = sum(len(part.output.mel) for part in parts)
    progress.start_batch(n_frames * voice.hp.hop_length / float(voice.hp.sample_rate),
                         sum(len(text) for line in lines for text in line.utterances))
    waveforms = iter(voice.generate_waveforms(
        [part.ids for part in parts], [part.output.mel for part in parts], predictor.seed,
        progress))
    records = []
    for line, line_predictions in zip(lines, predictions):
        for prediction in line_predictions:
            _report(line, prediction, messages)
        records.append(_write_wav(line, line_predictions, waveforms, voice,
                                  predictor.max_attempts))
    # Plots come last: neither an error nor the time that they take may cost any audio.
    for line, line_predictions, utterances in zip(lines, predictions, records):
        _write_plots(line, line_predictions)
        spoken_lines.write_record(line, utterances, predictor.max_attempts, plotted=True)


def _draw_missing_plots(line, predictor):
    """Draw the plots of a written line, if an interruption came before them."""
    record = spoken_lines.read_record(line)
    if not spoken_lines.is_plotted(record):
        same_attempts = attempts.Predictor(predictor.voice, predictor.seed, record["max_attempts"])
        _write_plots(line, [same_attempts.predict(text) for text in line.utterances])
        spoken_lines.write_record(line, record["utterances"], record["max_attempts"], plotted=True)


def _write_wav(line, predictions, waveforms, voice, max_attempts):
    """Write the record and the WAV of a line. Returns the utterances of the record.

    Its waveforms are the next ones of an iterator. A WAV that is replaced is removed first: with
    the new record, an interruption would leave it as the result of the new attempts.
    """
    rate, segments, records = voice.hp.sample_rate, [], []
    for index, (text, prediction) in enumerate(zip(line.utterances, predictions)):
        if index:
            segments.append(silence(pause_after(line.utterances[index - 1]), rate))
        start = sum(map(len, segments))
        segments.append(_join_waveforms(prediction, waveforms, rate))
        records.append({"text": text, "start": start / float(rate),
                        "end": (start + len(segments[-1])) / float(rate),
                        "attempts": prediction.steps,
                        "faults": attempts.describe_faults(prediction.parts)})
    _remove_wav(line)
    spoken_lines.write_record(line, records, max_attempts, plotted=False)
    with files.atomic_write(line.stem + ".wav") as file:
        audio.write_wav(file, np.concatenate(segments), rate, line.comment, SOFTWARE_NAME)
    return records


def _remove_wav(line):
    with contextlib.suppress(FileNotFoundError):
        os.remove(line.stem + ".wav")


def _join_waveforms(prediction, waveforms, rate):
    """The samples of an utterance; the waveforms of its parts are the next ones of an iterator."""
    segments = [next(waveforms)]
    for before, _ in zip(prediction.parts, prediction.parts[1:]):
        segments += [silence(pause_after(before.text), rate), next(waveforms)]
    return np.concatenate(segments)


def _write_plots(line, predictions):
    """Plot the alignment of each utterance, or of each part of one that was split."""
    has_many = line.stem != line.line_stem or len(line.utterances) > 1
    for index, prediction in enumerate(predictions):
        suffix = "-%d" % (line.first + index + 1) if has_many else ""
        for number, part in enumerate(prediction.parts, 1):
            part_suffix = "-part-%d" % number if len(prediction.parts) > 1 else ""
            with files.atomic_write("%s-alignment%s%s.png"
                                    % (line.line_stem, suffix, part_suffix)) as png:
                png.write(alignment_png(
                    part.output.alignment, [korean.SYMBOLS[i] for i in part.ids], part.text))


def _join_parts(line, parts, voice, predictor):
    """Make the files of a long line from those of its parts, which are removed."""
    records, offset = [], 0.0
    for part in parts:
        offset += part.pause
        records += [dict(utterance, start=offset + utterance["start"],
                         end=offset + utterance["end"])
                    for utterance in spoken_lines.read_record(part)["utterances"]]
        offset += wav_seconds(part)
    _remove_wav(line)
    spoken_lines.write_record(line, records, predictor.max_attempts, plotted=True)
    joining.join_audio([(part.pause, part.stem + ".wav") for part in parts], line.stem + ".wav",
                       voice.hp.sample_rate, line.comment, SOFTWARE_NAME)
    _remove_parts([line], os.path.dirname(line.stem))


def _remove_parts(lines, out):
    """Remove the parts of written lines; after an interruption, some may be left."""
    stems = {line.stem for line in lines}
    for path in glob.glob(os.path.join(glob.escape(out), "*.part-*")):
        if path.rpartition(".part-")[0] in stems:
            os.remove(path)


def _report(line, prediction, messages):
    """Print that an utterance took several attempts or has a fault. Returns whether it has one."""
    name = os.path.basename(line.line_stem)
    if len(prediction.steps) > 1:
        messages.add(RETRIED, "note: %s: %s" % (name, "; ".join(prediction.steps)))
    faults = attempts.describe_faults(prediction.parts)
    if faults:
        text = utterance_faults.abbreviate(" ".join(part.text for part in prediction.parts))
        messages.add(FAILED, "warning: %s: the speech of %r may be wrong: it %s"
                     % (name, text, faults))
    return bool(faults)
