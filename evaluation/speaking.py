"""Bringing sentences into sound, by every system, and lines of text into alignments."""
from tqdm import tqdm

from evaluation import faults, ladder

TOGETHER = 8        # sentences that a vocoder makes side by side
UNTRAINED = 8       # lines that the untrained Tacotron 2 speaks: it never finds an end, and is slow


def bring_into_sound(out, chosen, voice, untrained, seed):
    """Make what is missing of choosing.Chosen sentences on every rung of the ladder.

    `untrained` is a voice.Voice that was not; its WaveNet is left out where there is no engine.
    """
    pending = [one for one in chosen if not ladder.is_made(out, one.sentence)]
    floors = {one.sentence.name for one in chosen[:UNTRAINED]}
    with tqdm(total=len(chosen), initial=len(chosen) - len(pending), unit="sentence",
              desc="speaking") as bar:
        for name in sorted({one.speaker for one in pending}):
            of_speaker = [one for one in pending if one.speaker == name]
            for start in range(0, len(of_speaker), TOGETHER):
                together = of_speaker[start:start + TOGETHER]
                _speak(out, together, voice.with_speaker(name), untrained.with_speaker(name), seed,
                       floors)
                bar.update(len(together))


def _speak(out, together, voice, untrained, seed, floors):
    ids = [one.sentence.ids for one in together]
    recorded = [one.store.arrays(one.row) for one in together]
    made = [ladder.without_network(each, voice.hp) for each in recorded]
    for one, sounds, spoken in zip(together, made, voice.speak(ids, seed)):
        sounds["synthesis"] = spoken.samples
        ladder.keep_line(out, one.sentence, "synthesis", spoken)
        if one.sentence.name in floors:
            ladder.keep_line(out, one.sentence, "untrained", untrained.line(one.sentence.ids, seed))
    if voice.begin:
        mels = [each.mel for each in recorded]
        for system, speaker in (("wavenet", voice), ("untrained", untrained)):
            if speaker.begin:
                for sounds, samples in zip(made, speaker.waves(ids, mels, seed)):
                    sounds[system] = samples
        for sounds in made:
            if "untrained" in sounds:
                sounds["untrained"] = ladder.as_loud(sounds["untrained"], sounds["recording"])
    for one, sounds in zip(together, made):
        ladder.keep(out, one.sentence, sounds, voice.hp, voice.description)


def alignments(texts, voice, untrained, seed):
    """[{system: {metric: figure}}] of lines of text as read, that are spoken as synthesis does."""
    found = []
    for number, text in enumerate(tqdm(texts, unit="line", desc="aligning")):
        parts = voice.ids(text)
        found.append({system: faults.of_parts([(ids, one.line(ids, seed)) for ids in parts])
                      for system, one in (("synthesis", voice), ("untrained", untrained))
                      if one is voice or number < UNTRAINED})
    return found
