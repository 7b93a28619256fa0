"""The formats in which audio files are written, and their metadata."""
from collections import namedtuple

# container, encoding: as libsndfile names them
FileFormat = namedtuple("FileFormat", "container encoding")
FILE_FORMATS = {
    "wav": FileFormat("WAV", "PCM_16"),
    "flac": FileFormat("FLAC", "PCM_16"),
    "mp3": FileFormat("MP3", "MPEG_LAYER_III"),
    "ogg": FileFormat("OGG", "VORBIS"),
    "opus": FileFormat("OGG", "OPUS"),
}


def set_metadata(file, comment, software):
    """Set the comment and the software of a soundfile.SoundFile that is open for writing."""
    # ID3 tags of libsndfile have no encoding for Hangul
    file.comment = (comment.encode("ascii", "backslashreplace").decode("ascii")
                    if file.format == "MP3" else comment)
    file.software = software
