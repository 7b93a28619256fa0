// The waveform: grows while samples arrive; a slider for the position.
import {color, element, prepareCanvas} from "./dom.js";
import {formatNumber, formatSeconds, inEachLanguage, t} from "./language.js";

const PEAK_SECONDS = 0.01;      // one peak for so much of the samples
const BAR_PIXELS = 3;           // from bar to bar
const BAR_WIDTH = 2;
const STEP_SECONDS = 0.5;       // of the arrow keys
const PAGE_SECONDS = 5;

let player = null;
let peaks = [];
let measured = 0;               // samples in `peaks`
let expected = 0;               // seconds, before all samples are there
let drawing = null;             // {context, width, height}

// Forgets the waveform; `seconds`: how long the new one will be, as far as known
export function clearWaveform(seconds) {
  peaks = [];
  measured = 0;
  expected = seconds;
}

const shownSeconds = () =>
  Math.max(player.duration, player.finished ? 0 : expected, PEAK_SECONDS);

function measurePeaks() {
  const size = Math.round(PEAK_SECONDS * player.sampleRate);
  const end = player.finished ? player.length : player.length - size + 1;
  while (measured < end) {
    let peak = 0;
    for (const sample of player.samples.subarray(measured, Math.min(measured + size,
      player.length))) {
      peak = Math.max(peak, Math.abs(sample));
    }
    peaks.push(peak / 32768);
    measured += size;
  }
}

// The highest peak between two positions in seconds, from 0 to 1
function peakBetween(start, end) {
  let peak = 0;
  for (let index = Math.floor(start / PEAK_SECONDS); index < end / PEAK_SECONDS; index++) {
    peak = Math.max(peak, peaks[index] || 0);
  }
  return peak;
}

export function drawWaveform() {
  if (!player.sampleRate) {
    return;
  }
  measurePeaks();
  drawing = drawing || prepareCanvas(element("waveform-canvas"));
  const {context, width, height} = drawing;
  const seconds = shownSeconds();
  const loudest = Math.max(0.05, ...[0, 1, 2, 3].map((quarter) =>
    peakBetween(quarter * player.duration / 4, (quarter + 1) * player.duration / 4)));
  const [played, ahead, empty] = ["--accent", "--wave", "--line"].map(color);
  context.clearRect(0, 0, width, height);
  for (let x = 0; x < width; x += BAR_PIXELS) {
    const [start, end] = [x, x + BAR_PIXELS].map((pixel) => pixel / width * seconds);
    const received = start < player.duration;
    const bar = received ? Math.max(2, peakBetween(start, end) / loudest * (height - 4)) : 2;
    context.fillStyle = !received ? empty : start < player.position ? played : ahead;
    context.fillRect(x, (height - bar) / 2, BAR_WIDTH, bar);
  }
}

// The position in text and for screen readers
export function showPosition() {
  const slider = element("waveform");
  const [position, duration] = [player.position, player.duration];
  const text = `${formatNumber(position, 1)} / ${formatSeconds(duration)}`;
  if (element("time").textContent === text) {
    return;     // most frames do not change it
  }
  element("time").textContent = text;
  slider.setAttribute("aria-valuemax", duration.toFixed(1));
  slider.setAttribute("aria-valuenow", Math.min(position, duration).toFixed(1));
  slider.setAttribute("aria-valuetext", t("positionValue",
    {position: formatNumber(position, 1), duration: formatNumber(duration, 1)}));
}

function onKey(event) {
  const {position, duration} = player;
  const goal = {ArrowLeft: position - STEP_SECONDS, ArrowDown: position - STEP_SECONDS,
    ArrowRight: position + STEP_SECONDS, ArrowUp: position + STEP_SECONDS,
    PageDown: position - PAGE_SECONDS, PageUp: position + PAGE_SECONDS,
    Home: 0, End: duration}[event.key];
  if (event.key === " " || event.key === "Enter") {
    player.toggle();
  } else if (goal !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
    player.seek(goal);
  } else {
    return;
  }
  event.preventDefault();
}

function onPointer(event) {
  if (event.buttons & 1) {
    const {left, width} = element("waveform").getBoundingClientRect();
    player.seek((event.clientX - left) / width * shownSeconds());
  }
}

export function startWaveform(ofPlayer) {
  player = ofPlayer;
  const slider = element("waveform");
  slider.addEventListener("keydown", onKey);
  slider.addEventListener("pointerdown", (event) => {
    slider.setPointerCapture(event.pointerId);
    onPointer(event);
  });
  slider.addEventListener("pointermove", onPointer);
  new ResizeObserver(() => {
    drawing = null;
    drawWaveform();
  }).observe(slider);
  inEachLanguage(showPosition);
}
