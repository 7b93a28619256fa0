// The page of `python -m datasets review`: plays clips and stores corrections on the server.
"use strict";

const TEXTS = {
  en: {
    title: "Review of", language: "Language", transcript: "Transcript",
    autoplay: "play the next clip automatically",
    play: "Play", accept: "Accept", drop: "Drop", previous: "Previous", next: "Next", edit: "Edit",
    keys: "In the text: Enter accepts, Shift+Enter plays, Esc leaves the text. Accepting a dropped "
      + "clip takes it back.",
    read: "Read as", pronounced: "Pronounced", changes: "Changes", unreadable: "Cannot be read",
    show: "Show", all: "all clips", open: "not yet reviewed", droppedOnes: "dropped",
    accepted: "accepted", dropped: "dropped", draft: "not saved", confidence: "confidence",
    counts: (counts) => `${counts.reviewed} of ${counts.total} reviewed, ${counts.dropped} dropped`,
    skipped: (count) => `Entries of the corpus that are not clips: ${count}`,
    conflict: (text) => `Changed in another window to “${text}”. Accept again to replace it.`,
    refused: (reason) => `Not saved: ${reason}`,
    noAudio: (reason) => `The recording cannot be played: ${reason}`,
    noServer: "Not saved: the program does not answer. Start it again and open its new address.",
    done: "All clips are reviewed. End the program with Ctrl-C.",
  },
  ko: {
    title: "검토:", language: "언어", transcript: "대본",
    autoplay: "다음 클립 자동 재생",
    play: "재생", accept: "확인", drop: "제외", previous: "이전", next: "다음", edit: "수정",
    keys: "글을 쓰는 동안: Enter 확인, Shift+Enter 재생, Esc 입력란에서 나가기. 제외한 클립은 확인하면 "
      + "다시 포함됩니다.",
    read: "읽기", pronounced: "발음", changes: "바뀐 곳", unreadable: "읽을 수 없음",
    show: "보기", all: "모든 클립", open: "검토하지 않은 클립", droppedOnes: "제외한 클립",
    accepted: "확인됨", dropped: "제외됨", draft: "저장 안 됨", confidence: "신뢰도",
    counts: (counts) =>
      `${counts.total}개 중 ${counts.reviewed}개 검토, ${counts.dropped}개 제외`,
    skipped: (count) => `클립이 아닌 항목 ${count}개`,
    conflict: (text) => `다른 창에서 “${text}”(으)로 바뀌었습니다. 다시 확인하면 덮어씁니다.`,
    refused: (reason) => `저장하지 못했습니다: ${reason}`,
    noAudio: (reason) => `녹음을 재생할 수 없습니다: ${reason}`,
    noServer: "저장하지 못했습니다: 프로그램이 응답하지 않습니다. 다시 실행하고 새 주소를 여세요.",
    done: "모든 클립을 검토했습니다. Ctrl-C로 프로그램을 끝내세요.",
  },
};
const LOW_CONFIDENCE = 0.8;
const LIST_ROWS = 60;           // around the current clip; thousands would make the page slow
const READING_DELAY = 250;      // milliseconds after the last key

const element = (id) => document.getElementById(id);
const player = element("player");
const field = element("text");
let clips = [];                 // {id, text, confidence, reviewed, dropped}, and draft if edited
let current = 0;
let counts = {total: 0, reviewed: 0, dropped: 0};
let skipped = [];
let words = TEXTS.en;
let message = null;             // function that returns the text in the current language
let readingTimer = null;

class RequestError extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function request(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", body: JSON.stringify(body), headers: {"Content-Type": "application/json"}};
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw new RequestError(0, String(error));
  }
  if (!response.ok) {
    throw new RequestError(response.status, await response.text());
  }
  return response;
}

function showMessage(create) {
  message = create;
  element("message").textContent = create ? create() : "";
}

function reportError(error, create) {
  showMessage(error.status ? () => create()(error.message) : () => words.noServer);
}

// A transcript is one line: tabs and line breaks become spaces
const oneLine = (text) => text.replace(/\s+/g, " ").trim();
const stateOf = (clip) => clip.draft !== undefined ? "draft" : clip.dropped ? "dropped" :
  clip.reviewed ? "accepted" : "";

function setLanguage(language) {
  words = TEXTS[language];
  document.documentElement.lang = language;
  element("language").value = language;
  localStorage.setItem("language", language);
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = words[node.dataset.text];
  }
  showMessage(message);
  showState();
}

function showState() {
  element("counts").textContent = words.counts(counts);
  element("progress").max = counts.total || 1;
  element("progress").value = counts.reviewed;
  element("skipped").hidden = !skipped.length;
  element("skipped").querySelector("summary").textContent = words.skipped(skipped.length);
  const clip = clips[current];
  if (!clip) {
    return;
  }
  document.title = `${clip.id} · ${words.counts(counts)}`;
  element("position").textContent = `${current + 1} / ${clips.length}`;
  element("clip-id").textContent = clip.id;
  const known = clip.confidence !== null;
  element("confidence").textContent = known ?
    `${words.confidence} ${clip.confidence.toFixed(2)}` : "";
  element("confidence").className = known && clip.confidence < LOW_CONFIDENCE ? "low" : "";
  element("state").textContent = words[stateOf(clip)] || "";
  element("state").className = stateOf(clip);
  showList();
}

function showList() {
  const filter = element("filter").value;
  const numbers = [...clips.keys()].filter((number) => filter === "all" || number === current ||
    (filter === "open" ? !clips[number].reviewed : clips[number].dropped));
  const start = Math.max(0, numbers.indexOf(current) - LIST_ROWS / 2);
  element("list").replaceChildren(...numbers.slice(start, start + LIST_ROWS).map((number) => {
    const clip = clips[number];
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-current", String(number === current));
    for (const [text, name] of [[clip.id, ""], [words[stateOf(clip)] || "", stateOf(clip)],
      [clip.draft === undefined ? clip.text : clip.draft, ""]]) {
      const cell = document.createElement("span");
      cell.textContent = text;
      cell.className = name;
      button.append(cell);
    }
    button.addEventListener("click", () => {
      button.blur();
      open(number);
    });
    const row = document.createElement("li");
    row.append(button);
    return row;
  }));
}

function open(number, play = element("autoplay").checked) {
  current = Math.max(0, Math.min(number, clips.length - 1));
  const clip = clips[current];
  field.value = clip.draft === undefined ? clip.text : clip.draft;
  showMessage(null);
  showState();
  showReading();
  loadAudio(current, play);
}

async function loadAudio(number, play) {
  player.pause();
  URL.revokeObjectURL(player.src);
  player.removeAttribute("src");
  player.load();
  try {
    const recording = await (await request(`audio/${number}`)).blob();
    if (number === current) {
      player.src = URL.createObjectURL(recording);
      if (play) {
        // refused by the browser before the first key or click on the page
        player.play().catch(() => {});
      }
    }
  } catch (error) {
    if (number === current) {
      reportError(error, () => words.noAudio);
    }
  }
}

async function showReading() {
  const text = oneLine(field.value);
  try {
    const reading = await (await request("reading", {text})).json();
    if (text !== oneLine(field.value)) {
      return;
    }
    element("read").textContent = reading.read;
    element("pronounced").textContent = reading.pronounced;
    element("changes").textContent =
      reading.changes.map((steps) => steps.join(" → ")).join(", ");
    element("unreadable").textContent = reading.unreadable.join(" ");
  } catch (error) {
    reportError(error, () => (reason) => reason);
  }
}

// The next clip after the current one that is not reviewed, else null
function nextOpen() {
  for (let step = 1; step <= clips.length; step++) {
    const number = (current + step) % clips.length;
    if (!clips[number].reviewed) {
      return number;
    }
  }
  return null;
}

async function store(path, body) {
  const number = current;
  const before = clips[number];
  try {
    const answer = await (await request(`${path}/${number}`, body)).json();
    clips[number] = answer.clip;
    counts = answer.counts;
  } catch (error) {
    if (error.status === 409) {
      await reloadClip(number, number === current ? field.value : body.text);
      if (number === current) {
        showMessage(() => words.conflict(clips[number].text));
      }
    } else {
      reportError(error, () => words.refused);
    }
    showState();
    return;
  }
  if (number !== current) {
    showState();
  } else if (nextOpen() !== null) {
    // a clip that was reviewed before is corrected in place of the order of review
    open(before.reviewed ? Math.min(current + 1, clips.length - 1) : nextOpen());
  } else {
    open(current, false);
    showMessage(() => words.done);
  }
}

// The user may have opened another clip meanwhile: `draft` is what was typed for this one
async function reloadClip(number, draft) {
  const answer = await (await request("clips")).json();
  clips[number] = Object.assign(answer.clips[number], {draft});
  counts = answer.counts;
}

const ACTIONS = {
  play() {
    if (player.paused) {
      player.play().catch(() => {});
    } else {
      player.pause();
    }
  },
  accept: () => store("accept", {text: oneLine(field.value), previous: clips[current].text}),
  drop: () => store("drop", {}),
  next: () => open(current + 1),
  previous: () => open(current - 1),
  edit() {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  },
};
// Codes of keys, not their characters: with Korean input, the key D gives ㅇ
const KEYS = {Space: "play", Enter: "accept", NumpadEnter: "accept", KeyA: "accept", KeyD: "drop",
  KeyN: "next", ArrowRight: "next", KeyP: "previous", ArrowLeft: "previous", KeyE: "edit"};

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
    return;     // Enter completes a syllable that is being composed
  }
  const inText = event.target === field;
  if (inText && event.key === "Escape") {
    field.blur();
    return;
  }
  let action = KEYS[event.code];
  if (inText) {
    action = event.key !== "Enter" ? null : event.shiftKey ? "play" : "accept";
  } else if (event.target.closest("button, select, audio, input, summary") &&
             ["Space", "Enter", "ArrowLeft", "ArrowRight"].includes(event.code)) {
    return;     // these keys operate the element that has the focus
  }
  if (action && !event.repeat) {
    event.preventDefault();
    ACTIONS[action]();
  }
}

async function start() {
  setLanguage(localStorage.getItem("language") ||
    (navigator.language.startsWith("ko") ? "ko" : "en"));
  const answer = await (await request("clips")).json();
  ({clips, counts, skipped} = answer);
  element("folder").textContent = answer.folder;
  for (const [name, reason] of skipped) {
    const row = document.createElement("li");
    row.textContent = `${name}: ${reason}`;
    element("skipped").querySelector("ul").append(row);
  }
  document.querySelector("main").hidden = false;
  const first = clips.findIndex((clip) => !clip.reviewed);
  open(Math.max(0, first), false);
  if (first < 0) {
    showMessage(() => words.done);
  }
}

field.addEventListener("input", () => {
  const clip = clips[current];
  if (oneLine(field.value) === oneLine(clip.text)) {
    delete clip.draft;
  } else {
    clip.draft = field.value;
  }
  showState();
  clearTimeout(readingTimer);
  readingTimer = setTimeout(showReading, READING_DELAY);
});
for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", (event) => {
    if (event.detail) {
      button.blur();    // clicked with a pointer: Space should play, and not press it again
    }
    ACTIONS[button.dataset.action]();
  });
}
element("language").addEventListener("change", (event) => setLanguage(event.target.value));
element("filter").addEventListener("change", showState);
document.addEventListener("keydown", onKey);
window.addEventListener("beforeunload", (event) => {
  if (clips.some((clip) => clip.draft !== undefined)) {
    event.preventDefault();
  }
});
start().catch((error) => reportError(error, () => (reason) => reason));
