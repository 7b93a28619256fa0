"""Cuts long recordings into the clips of a corpus, with or without the script that was read.

    split_corpus.py         all steps: `split_recordings`
      long_recording.py       reads long recordings in blocks; ffmpeg
      sound_frames.py         level, voicing and steadiness every 10 ms
      sound_sections.py       sections of speech, music and noise
      main_speaker.py         sections of other speakers
      clip_cuts.py            clips of 1 to 12 s
      transcription.py        what each clip says: recogniser, script
        script_text.py          the words of the script
        script_alignment.py     which of them each clip contains
      work_folder.py          intermediate results, so that an interrupted run can be resumed
    split_report.py         the report: text, JSON, TSV
    split_command.py        python -m datasets split
"""
