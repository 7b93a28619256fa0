"""Synthesizes held-out sentences with every system, and lines of text with Tacotron 2 alone."""
from common.progress_bar import tqdm
from evaluation import systems
from evaluation.measure import alignment_figures

BATCH_SIZE = 16     # sentences in one vocoder batch
# Sentences with the systems at the lower end. The untrained Tacotron 2 is slow, because it never
# predicts a stop token.
MAX_UNTRAINED = 8


def render_sentences(out, sentences, voice, untrained, seed, base_voices=()):
    """Synthesize HeldOutSentences with every system into the folder `out`, except complete ones.

    `untrained` is a Voice with initial weights. If it has no WaveNet, that system has no audio.
    `base_voices` is {speaker: Voice that speaks as the base speaker most similar to that one}.
    """
    pending = [each for each in sentences
               if not systems.is_complete(out, each.sentence, bool(each.row))]
    lower_end = {each.sentence.name for each in
                 [each for each in sentences if each.row and each.voice_speaker][:MAX_UNTRAINED]}
    with tqdm(total=len(sentences), initial=len(sentences) - len(pending), unit="sentence",
              desc="synthesizing") as bar:
        for speaker, name in sorted({(each.sentence.speaker, each.voice_speaker or "")
                                     for each in pending}):
            group = [each for each in pending if
                     (each.sentence.speaker, each.voice_speaker or "") == (speaker, name)]
            for start in range(0, len(group), BATCH_SIZE):
                batch = group[start:start + BATCH_SIZE]
                samples = [{} for _ in batch]
                if name:
                    _synthesize(out, batch, samples, voice.with_speaker(name), seed, "synthesis")
                    if speaker in base_voices:
                        _synthesize(out, batch, samples, base_voices[speaker], seed,
                                    "base-speaker")
                    _copy_recordings(out, batch, samples, voice.with_speaker(name),
                                     untrained.with_speaker(name), seed, lower_end)
                for each, by_system in zip(batch, samples):
                    if not name:
                        by_system["recording"] = each.store.load_example(each.row).audio
                    systems.write_wavs(out, each.sentence, by_system, voice.hp, voice.description)
                bar.update(len(batch))


def _synthesize(out, batch, samples, voice, seed, system):
    """Text to speech: adds the system to `samples`, [{system: samples}], and writes its mels."""
    text_ids = [each.sentence.text_ids for each in batch]
    for each, by_system, utterance in zip(batch, samples, voice.synthesize(text_ids, seed)):
        by_system[system] = utterance.samples
        systems.write_mel_output(out, each.sentence, system, utterance)


def _copy_recordings(out, batch, samples, voice, untrained, seed, lower_end):
    """Adds the systems that need a recording to `samples`; the worst ones if in `lower_end`."""
    recorded = [(each, by_system) for each, by_system in zip(batch, samples) if each.row]
    examples = [each.store.load_example(each.row) for each, _ in recorded]
    for (each, by_system), example in zip(recorded, examples):
        by_system.update(systems.synthesize_baselines(example, voice.hp,
                                                      each.sentence.name in lower_end))
    for system, model in (("copy-synthesis", voice), ("untrained", untrained)):
        chosen = [i for i, (each, _) in enumerate(recorded)
                  if model is voice or each.sentence.name in lower_end]
        if model.vocoder and chosen:
            waveforms = model.generate_waveforms(
                [recorded[i][0].sentence.text_ids for i in chosen],
                [examples[i].mel for i in chosen], seed)
            for i, waveform in zip(chosen, waveforms):
                recorded[i][1][system] = waveform
    for each, by_system in recorded:
        if each.sentence.name in lower_end:
            systems.write_mel_output(out, each.sentence, "untrained",
                                     untrained.predict_mel(each.sentence.text_ids, seed))
            if "untrained" in by_system:
                by_system["untrained"] = systems.match_rms(by_system["untrained"],
                                                           by_system["recording"])


def measure_text_alignments(texts, voice, untrained, seed):
    """[{system: {metric: value}}] of normalised lines, which are split as in synthesize.py."""
    figures = []
    for index, text in enumerate(tqdm(texts, unit="line", desc="aligning")):
        utterances = voice.text_to_ids(text)
        figures.append({system: alignment_figures([(ids, model.predict_mel(ids, seed))
                                                   for ids in utterances])
                        for system, model in (("synthesis", voice), ("untrained", untrained))
                        if model is voice or index < MAX_UNTRAINED})
    return figures
