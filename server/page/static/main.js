// The page of serve.py: a text is read, spoken and shown.
import {ApiError, fetchAnalysis, fetchFile, fetchVoices, setKey, streamSamples, synthesize}
  from "./api.js";
import {create, element, load, reducedMotion, store, withAttributes} from "./dom.js";
import {drawFigure, followPlayer, showUtterances, startFigure} from "./figure.js";
import {describe, startHistory} from "./history.js";
import {markJamo, showJamo, startJamo} from "./jamo.js";
import {formatNumber, inEachLanguage, startLanguage, t} from "./language.js";
import {describeError, showError, showStatus, startMessages} from "./messages.js";
import {Player} from "./player.js";
import {estimatedSeconds, startReading, updateReading} from "./reading.js";
import {chooseVoice, chosenSeed, chosenVoice, showVoices, startVoices} from "./voices.js";
import {clearWaveform, drawWaveform, showPosition, startWaveform} from "./waveform.js";

const EXAMPLES = ["사과 6개에 9,800원이면 한 개에 얼마예요?", "오늘 낮 기온은 23℃, 바람은 4.5m/s입니다.",
  "회의는 11월 30일 오후 2시 45분에 3층에서 해요."];

const field = element("text");
const player = new Player(element("player"));
let running = null;     // AbortController of the speech that is being generated
let result = null;      // {request, id, seconds and elapsed, once it is complete}
let formats = [];
let maxCharacters = Infinity;
let addToHistory = null;
let readingFailed = false;

const countCharacters = (text) => Array.from(text).length;

// A reading that works again takes back only the message of one that did not
function reportReading(error) {
  if (error || readingFailed) {
    readingFailed = Boolean(error);
    showError(null);
  }
  if (error) {
    reportError(error);
  }
}

function reportError(error) {
  if (error instanceof ApiError) {
    element("key-form").hidden = error.status !== 401;
    showError(() => describeError(error));
  } else if (error.name !== "AbortError") {
    console.error(error);
    showError(() => t("noSound", {reason: error.message}));
  }
}

function onText() {
  store("text", field.value);
  showText();
  updateReading(reportReading);
}

function showText() {
  const count = countCharacters(field.value);
  element("count").textContent = maxCharacters === Infinity ? "" :
    t("count", {count: formatNumber(count), limit: formatNumber(maxCharacters)});
  element("count").classList.toggle("exceeded", count > maxCharacters);
  element("examples").hidden = count > 0;
}

// What the fields ask for; null, and a message, if they do not have it
function readRequest() {
  const [text, voice, seed] = [field.value, chosenVoice(), chosenSeed()];
  const count = countCharacters(text);
  const problem = !text.trim() ? () => t("emptyText") : !voice ? () => t("noVoice") :
    count > maxCharacters ? () => t("longText",
      {count: formatNumber(count), limit: formatNumber(maxCharacters)}) :
      !seed ? () => t("badSeed") : null;
  showError(problem);
  if (problem) {
    (seed || !text.trim() ? field : element("seed")).focus();
    return null;
  }
  return {text, voice: voice.name, speaker: voice.speakers.length ? element("speaker").value : null,
    seed};
}

async function speak() {
  const request = readRequest();
  if (!request) {
    return;
  }
  cancel();
  const control = running = new AbortController();
  result = {request, id: null, started: performance.now()};
  clearWaveform(estimatedSeconds());
  try {
    player.begin(chosenVoice().sample_rate);
    showResult();
    element("result").scrollIntoView(
      {block: "nearest", behavior: reducedMotion() ? "auto" : "smooth"});
    await generate(request, control.signal);
  } catch (error) {
    if (running === control) {
      reportError(error);
      showStatus(null);
    }
  } finally {
    if (running === control) {
      endGeneration();
    }
  }
}

async function generate(request, signal) {
  showStatus(() => t("waiting"));
  const current = result;
  current.id = await synthesize(request, signal);
  await streamSamples(current.id, signal, (rate) => player.setSampleRate(rate),
    (samples) => player.append(samples));
  player.finish();
  Object.assign(current, {seconds: player.duration,
    elapsed: (performance.now() - current.started) / 1000});
  addToHistory({...request, seconds: current.seconds});
  showStatus(() => t("generated", {seconds: formatNumber(current.seconds, 1),
    elapsed: formatNumber(current.elapsed, 1)}));
  showResult();
  const {utterances} = await fetchAnalysis(current.id, signal);
  element("analysis").hidden = false;
  showJamo(utterances);
  showUtterances(utterances);
}

function endGeneration() {
  const hadFocus = document.activeElement === element("cancel");
  running = null;
  if (!player.finished) {
    player.stop();
  }
  showResult();
  if (hadFocus) {
    element("speak").focus();
  }
}

function cancel() {
  if (running) {
    running.abort();
    endGeneration();
    showStatus(() => t("canceled"));
  }
}

function showResult() {
  element("cancel").hidden = !running;
  element("result").hidden = !result || !(running || player.length);
  if (!result) {
    return;
  }
  element("result").setAttribute("aria-busy", String(Boolean(running)));
  element("result-text").textContent = result.request.text;
  element("result-facts").textContent = describe(result.request);
  for (const button of element("downloads").children) {
    button.disabled = result.seconds === undefined;
  }
  if (result.seconds === undefined) {
    element("analysis").hidden = true;
  }
  showProgress();
}

function showProgress() {
  const seconds = formatNumber(player.duration, 1);
  if (result && result.seconds !== undefined) {
    element("progress").textContent =
      t("generated", {seconds, elapsed: formatNumber(result.elapsed, 1)});
  } else {
    element("progress").textContent = !running ? t("generatedPart", {seconds}) :
      player.length ? t("generating", {seconds}) : t("waiting");
  }
}

function showPlayer() {
  element("play").setAttribute("aria-label", t(player.playing ? "pause" : "play"));
  element("play").classList.toggle("playing", player.playing);
  showProgress();
  showTime();
}

function showTime() {
  drawWaveform();
  showPosition();
  followPlayer();
  markJamo();
}

async function download(format) {
  const {request, id} = result;
  try {
    const address = URL.createObjectURL(await fetchFile(id, format, request));
    const name = request.text.trim().replace(/[\s\\/:*?"<>|.]+/g, " ").slice(0, 30).trim();
    create("a", {href: address, download: `${name || request.voice}.${format}`}).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  } catch (error) {
    reportError(error);
  }
}

function showDownloads() {
  element("downloads").replaceChildren(...formats.map((format) => {
    const button = withAttributes(create("button", {type: "button", className: "quiet",
      textContent: format.toUpperCase(), disabled: !result || result.seconds === undefined}),
    {"aria-label": t("downloadFormat", {format: format.toUpperCase()})});
    button.addEventListener("click", () => download(format));
    return button;
  }));
}

async function loadVoices() {
  const answer = await fetchVoices();
  formats = answer.formats;
  maxCharacters = answer.limits.characters;
  showText();
  showVoices(answer.voices);
  showDownloads();
}

function setText(text) {
  field.value = text;
  onText();
}

function listen() {
  field.addEventListener("input", onText);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      speak();
    }
  });
  element("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    speak();
  });
  element("cancel").addEventListener("click", cancel);
  element("play").addEventListener("click", () => player.toggle());
  player.addEventListener("change", showPlayer);
  player.addEventListener("time", showTime);
  element("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!setKey(element("key").value.trim())) {
      showError(() => t("wrongKey"));
      return;
    }
    element("key-form").hidden = true;
    field.focus();
    start();
  });
  element("voice").addEventListener("change", () => updateReading(reportReading, 0));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawWaveform();
    drawFigure();
  });
}

async function start() {
  try {
    await loadVoices();
    showError(null);
    updateReading(reportReading, 0);
  } catch (error) {
    reportError(error);
  }
}

await startLanguage();
startMessages();
startVoices();
startReading();
startWaveform(player);
startFigure(player);
startJamo(player);
addToHistory = startHistory((entry) => {
  setText(entry.text);
  chooseVoice(entry);
  speak();
});
element("examples").append(...EXAMPLES.map((text) => {
  const button = withAttributes(create("button", {type: "button", className: "quiet",
    textContent: text}), {lang: "ko"});
  button.addEventListener("click", () => {
    setText(text);
    field.focus();
  });
  return button;
}));
listen();
field.value = load("text", "");
for (const show of [showText, showPlayer, showResult, showDownloads]) {
  inEachLanguage(show);
}
await start();
