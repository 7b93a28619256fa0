// The jamo of the speech, grouped by syllables; each plays from where the model reads it.
import {create, element, withAttributes} from "./dom.js";
import {formatNumber, inEachLanguage, t} from "./language.js";
import {makeRoving} from "./roving.js";

const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
const FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
const FIRST_SYLLABLE = 0xAC00;
const END = "~";

let player = null;
let utterances = [];
let times = [];         // seconds of each jamo from the start of the speech, by data-number
let buttons = [];
let current = null;     // the button of the jamo that is playing

// Lists of the indices of symbols that form a syllable; other symbols are alone
function groupSyllables(symbols) {
  const groups = [];
  symbols.forEach((symbol, index) => {
    const isVowel = VOWELS.includes(symbol);
    const startsSyllable = VOWELS.includes(symbols[index + 1] || END);
    const last = groups[groups.length - 1];
    const isFinal = FINALS.includes(symbol) && symbol.trim() && !startsSyllable;
    const follows = index && VOWELS.includes(symbols[index - 1]);
    if (last && (isVowel && last.length === 1 && INITIALS.includes(symbols[last[0]]) ||
                 isFinal && follows)) {
      last.push(index);
    } else {
      groups.push([index]);
    }
  });
  return groups;
}

// The syllable of an initial, a vowel and perhaps a final
function compose([initial, vowel, final = " "]) {
  return String.fromCharCode(FIRST_SYLLABLE + FINALS.indexOf(final) +
    FINALS.length * (VOWELS.indexOf(vowel) + VOWELS.length * INITIALS.indexOf(initial)));
}

function createButton(symbol, seconds) {
  const number = times.push(seconds) - 1;
  const button = withAttributes(
    create("button", {type: "button", textContent: symbol, tabIndex: number ? -1 : 0}),
    {"data-number": number});
  buttons.push(button);
  return button;
}

function createSyllable(utterance, indices) {
  const symbols = indices.map((index) => utterance.symbols[index]);
  const jamo = create("span", {className: "jamo-row"}, ...indices.map((index) =>
    createButton(utterance.symbols[index], utterance.start + utterance.symbol_times[index])));
  const written = symbols.length > 1 ? compose(symbols) : symbols[0];
  return create("span", {className: "syllable"},
    withAttributes(create("span", {className: "written", textContent: written}),
      {"aria-hidden": "true"}), jamo);
}

function createLine(utterance) {
  const line = create("p", {});
  let word = create("span", {className: "word"});
  for (const indices of groupSyllables(utterance.symbols)) {
    const symbol = utterance.symbols[indices[0]];
    if (symbol === " " || symbol === "_") {
      line.append(word, " ");
      word = create("span", {className: "word"});
    } else if (symbol !== END) {
      word.append(createSyllable(utterance, indices));
    }
  }
  line.append(word);
  return line;
}

export function showJamo(list) {
  utterances = list;
  times = [];
  buttons = [];
  current = null;
  element("jamo").replaceChildren(...utterances.map(createLine));
  showLabels();
}

function showLabels() {
  buttons.forEach((button, number) => button.setAttribute("aria-label",
    t("jamoLabel", {jamo: button.textContent, seconds: formatNumber(times[number], 1)})));
}

// Marks the jamo that is playing: the last one that has begun
export function markJamo() {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    [low, high] = times[middle] <= player.position ? [middle + 1, high] : [low, middle];
  }
  const button = player.position > 0 && player.position < player.duration ? buttons[low - 1] : null;
  if (button !== current) {
    if (current) {
      current.classList.remove("now");
    }
    if (button) {
      button.classList.add("now");
    }
    current = button;
  }
}

export function startJamo(ofPlayer) {
  player = ofPlayer;
  makeRoving(element("jamo"), "button", (button) => player.playFrom(times[button.dataset.number]));
  element("jamo").addEventListener("click", (event) => {
    const syllable = event.target.closest(".written");
    if (syllable) {
      const first = syllable.parentElement.querySelector("button");
      player.playFrom(times[first.dataset.number]);
    }
  });
  inEachLanguage(showLabels);
}
