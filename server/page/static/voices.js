// The choice of voice, speaker and seed.
import {create, element, load, store} from "./dom.js";
import {inEachLanguage, t} from "./language.js";

const MAX_SEED = 2147483647;

let voices = [];

export const chosenVoice = () => voices.find(({name}) => name === element("voice").value);

// The chosen seed, or NaN if the field has no valid one
export function chosenSeed() {
  const seed = Number(element("seed").value);
  return Number.isInteger(seed) && seed >= 1 && seed <= MAX_SEED ? seed : NaN;
}

function fill(select, names, chosen) {
  select.replaceChildren(...names.map((name) => create("option", {value: name,
    textContent: name})));
  if (names.includes(chosen)) {
    select.value = chosen;
  }
}

function showSpeakers(speaker) {
  const voice = chosenVoice();
  fill(element("speaker"), voice ? voice.speakers : [], speaker);
  element("speaker-field").hidden = !voice || !voice.speakers.length;
  showFacts();
}

function showFacts() {
  const {licence, consent} = chosenVoice() || {};
  const consents = {own: "consentOwn", given: "consentGiven"};
  const facts = [];
  if (licence) {
    facts.push(t("licence", {licence}));
  }
  if (consents[consent]) {
    facts.push(t(consents[consent]));
  }
  element("voice-facts").textContent = facts.join(" · ");
}

export function showVoices(list) {
  const last = load("voice", {});
  const byDefault = list.find((voice) => voice.default) || list[0] || {};
  voices = list;
  fill(element("voice"), voices.map(({name}) => name),
    voices.some(({name}) => name === last.voice) ? last.voice : byDefault.name);
  showSpeakers(last.speaker);
}

// Chooses what a request of the history has, if the server still has it
export function chooseVoice({voice, speaker, seed}) {
  if (voices.some(({name}) => name === voice)) {
    element("voice").value = voice;
    showSpeakers(speaker);
  }
  element("seed").value = seed;
  remember();
}

function remember() {
  store("voice", {voice: element("voice").value, speaker: element("speaker").value});
}

export function startVoices() {
  element("voice").addEventListener("change", () => {
    showSpeakers(element("speaker").value);
    remember();
  });
  element("speaker").addEventListener("change", remember);
  element("new-seed").addEventListener("click", () => {
    element("seed").value = 1 + Math.floor(Math.random() * MAX_SEED);
  });
  inEachLanguage(showFacts);
}
