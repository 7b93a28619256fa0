// The last results: requests that are repeated on a click. The same request gives the same speech.
import {create, element, load, store, withAttributes} from "./dom.js";
import {formatSeconds, inEachLanguage, t} from "./language.js";

const MAX_ENTRIES = 20;

let entries = [];       // {text, voice, speaker, seed, seconds}, the last one first

// What is stored may also come from another page that was served at this address
const isEntry = (entry) => entry && typeof entry.text === "string" &&
  ["seed", "seconds"].every((name) => Number.isFinite(entry[name]));

const isSame = (one, other) =>
  ["text", "voice", "speaker", "seed"].every((name) => one[name] === other[name]);

export const describe = ({voice, speaker, seed}) =>
  t("facts", {voice: speaker ? `${voice} · ${speaker}` : voice, seed});

function createRow(entry, onChoose) {
  const button = create("button", {type: "button"},
    withAttributes(create("span", {className: "written", textContent: entry.text}), {lang: "ko"}),
    create("span", {className: "muted",
      textContent: `${describe(entry)} · ${formatSeconds(entry.seconds)}`}));
  button.addEventListener("click", () => onChoose(entry));
  return create("li", {}, button);
}

export function startHistory(onChoose) {
  const stored = load("history", []);
  entries = Array.isArray(stored) ? stored.filter(isEntry) : [];
  const show = () => {
    element("history-section").hidden = !entries.length;
    const hadFocus = element("history").contains(document.activeElement);
    element("history").replaceChildren(...entries.map((entry) => createRow(entry, onChoose)));
    if (hadFocus) {
      element("history").querySelector("button")?.focus();
    }
  };
  const change = (list) => {
    entries = list;
    store("history", entries);
    show();
  };
  element("clear-history").addEventListener("click", () => {
    change([]);
    element("text").focus();
  });
  inEachLanguage(show);
  // Adds a result
  return (entry) => change(
    [entry, ...entries.filter((other) => !isSame(entry, other))].slice(0, MAX_ENTRIES));
}
