// The text as it will be read, beside the text as it is written.
import {ApiError, fetchReading} from "./api.js";
import {create, element, withAttributes} from "./dom.js";
import {currentLanguage, formatNumber, inEachLanguage, t} from "./language.js";
import {makeRoving} from "./roving.js";
import {explainOnFocus} from "./tip.js";
import {chosenVoice} from "./voices.js";

const DELAY = 250;      // milliseconds after the last key
const MARK = ".mark";

let answer = null;      // of the server, for the text in the field
let timer = null;
let running = null;     // AbortController of a request
let marked = [];        // the spans and unreadable parts, by data-number of their marks
let touched = null;     // the mark that the last tap has explained

export const estimatedSeconds = () => answer ? answer.seconds : 0;

// The parts of the text in their order: {text} or {span} or {unreadable}
function splitText({text, spans, unreadable}) {
  const characters = Array.from(text);          // offsets count code points
  const parts = [];
  let at = 0;
  const marks = spans.map((span) => ({span, at: span})).concat(
    unreadable.map((part) => ({unreadable: part, at: part})));
  marks.sort((one, other) => one.at.start - other.at.start);
  for (const mark of marks) {
    parts.push({text: characters.slice(at, mark.at.start).join("")}, mark);
    at = mark.at.end;
  }
  parts.push({text: characters.slice(at).join("")});
  return parts;
}

function createMark(part, number) {
  const {span} = part;
  const name = part.unreadable ? "unreadable" : span.reading ? "change" : "silent";
  const content = part.unreadable ? part.unreadable.characters : span.reading || span.source;
  return withAttributes(create("span", {className: `mark ${name}`, tabIndex: number ? -1 : 0},
    content), {role: "button", "data-number": number});
}

// The lines of the tip of a mark
function explain(mark) {
  const {span, unreadable} = marked[mark.dataset.number];
  if (unreadable) {
    return [t("cannotBeRead", unreadable)];
  }
  const title = span.rule_title[currentLanguage()] || span.rule;
  return [t(span.reading ? "change" : "notSpoken", span), t("rule", {rule: title})];
}

function show() {
  const parts = answer ? splitText(answer) : [];
  marked = parts.filter((part) => part.at);
  element("reading").replaceChildren(...parts.map((part) =>
    part.at ? createMark(part, marked.indexOf(part)) : part.text));
  const isEmpty = !answer || !answer.text.trim();
  element("reading").hidden = isEmpty;
  element("reading-empty").hidden = !isEmpty;
  element("reading-keys").hidden = !marked.length;
  showFacts();
}

function showFacts() {
  const seconds = estimatedSeconds();
  element("estimate").textContent =
    seconds ? t("estimate", {seconds: formatNumber(seconds, 1)}) : "";
  const unreadable = answer ? answer.unreadable : [];
  element("unreadable").hidden = !unreadable.length;
  element("unreadable").textContent = t("unreadable",
    {characters: unreadable.map((part) => part.characters).join("  ")});
}

// Selects the place in the text that a mark was read from
function selectSource(mark) {
  const {at} = marked[mark.dataset.number];
  const characters = Array.from(answer.text);
  const offset = (end) => characters.slice(0, end).join("").length;     // in UTF-16, as the field
  element("text").focus();
  element("text").setSelectionRange(offset(at.start), offset(at.end));
}

// A mouse has explained the mark already; on a touch screen, the first tap explains it and the
// second one selects
function pressMark(mark, event) {
  if (event.pointerType === "touch" && mark !== touched) {
    mark.focus();       // first: it takes the focus from another mark, which resets `touched`
    touched = mark;
  } else {
    selectSource(mark);
  }
}

async function request(reportError) {
  const text = element("text").value;
  if (running) {
    running.abort();
  }
  if (!text.trim() || !chosenVoice()) {
    answer = null;
    show();
    return;
  }
  running = new AbortController();
  try {
    answer = await fetchReading(text, chosenVoice().name, running.signal);
    reportError(null);
    show();
  } catch (error) {
    if (error instanceof ApiError) {
      reportError(error);
    } else if (error.name !== "AbortError") {
      throw error;
    }
  }
}

// Reads the text again after it has changed, at once or after the last key
export function updateReading(reportError, delay = DELAY) {
  clearTimeout(timer);
  timer = setTimeout(() => request(reportError), delay);
}

export function startReading() {
  makeRoving(element("reading"), MARK, pressMark);
  element("reading").addEventListener("focusout", () => {
    touched = null;
  });
  explainOnFocus(element("reading"), MARK, explain);
  inEachLanguage(showFacts);
}
