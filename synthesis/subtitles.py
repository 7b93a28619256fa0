"""Subtitles in SubRip format (.srt) for the joined audio of lines."""
from common import files
from synthesis.spoken_lines import read_record
from synthesis.speech_output import wav_seconds


def write_srt(lines, path):
    """Write one subtitle per utterance of the written spoken_lines.Lines: its text as read."""
    offset, number = 0.0, 0
    with files.atomic_write(path, "w", encoding="utf-8") as file:
        for line in lines:
            offset += line.pause
            for utterance in read_record(line)["utterances"]:
                number += 1
                file.write("%d\n%s --> %s\n%s\n\n" % (
                    number, format_time(offset + utterance["start"]),
                    format_time(offset + utterance["end"]), utterance["text"]))
            offset += wav_seconds(line)


def format_time(seconds):
    """Such as 01:02:03,004."""
    milliseconds = int(round(1000 * seconds))
    minutes, milliseconds = divmod(milliseconds, 60000)
    return "%02d:%02d:%02d,%03d" % (minutes // 60, minutes % 60, milliseconds // 1000,
                                    milliseconds % 1000)
