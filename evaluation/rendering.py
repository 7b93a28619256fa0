"""Synthesizes held-out sentences with every system, and lines of text with Tacotron 2 alone."""
from tqdm import tqdm

from evaluation import systems
from evaluation.measure import alignment_figures

BATCH_SIZE = 8      # sentences in one vocoder batch
# Sentences for the untrained Tacotron 2. It is slow, because it never predicts a stop token.
MAX_UNTRAINED = 8


def render_sentences(out, sentences, voice, untrained, seed):
    """Synthesize HeldOutSentences with every system into the folder `out`, except complete ones.

    `untrained` is a Voice with initial weights. If it has no WaveNet, that system has no audio.
    """
    pending = [each for each in sentences if not systems.is_complete(out, each.sentence)]
    untrained_names = {each.sentence.name for each in sentences[:MAX_UNTRAINED]}
    with tqdm(total=len(sentences), initial=len(sentences) - len(pending), unit="sentence",
              desc="synthesizing") as bar:
        for name in sorted({each.voice_speaker for each in pending}):
            same_speaker = [each for each in pending if each.voice_speaker == name]
            for start in range(0, len(same_speaker), BATCH_SIZE):
                batch = same_speaker[start:start + BATCH_SIZE]
                _render_batch(out, batch, voice.with_speaker(name), untrained.with_speaker(name),
                              seed, untrained_names)
                bar.update(len(batch))


def _render_batch(out, batch, voice, untrained, seed, untrained_names):
    sentences = [each.sentence for each in batch]
    text_ids = [sentence.text_ids for sentence in sentences]
    examples = [each.store.load_example(each.row) for each in batch]
    samples = [systems.synthesize_baselines(example, voice.hp) for example in examples]
    for sentence, by_system, utterance in zip(sentences, samples, voice.synthesize(text_ids, seed)):
        by_system["synthesis"] = utterance.samples
        systems.write_mel_output(out, sentence, "synthesis", utterance)
        if sentence.name in untrained_names:
            systems.write_mel_output(out, sentence, "untrained",
                                     untrained.predict_mel(sentence.text_ids, seed))
    mels = [example.mel for example in examples]
    for system, model in (("copy-synthesis", voice), ("untrained", untrained)):
        if model.vocoder:
            for by_system, output in zip(samples, model.generate_waveforms(text_ids, mels, seed)):
                by_system[system] = output
    for sentence, by_system in zip(sentences, samples):
        if "untrained" in by_system:
            by_system["untrained"] = systems.match_rms(by_system["untrained"],
                                                       by_system["recording"])
        systems.write_wavs(out, sentence, by_system, voice.hp, voice.description)


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
