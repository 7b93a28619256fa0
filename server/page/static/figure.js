// Mel spectrogram and alignment of one utterance, on a common axis of time.
import {decodeBytes} from "./api.js";
import {imageOfMatrix} from "./color_map.js";
import {color, element, prepareCanvas} from "./dom.js";
import {formatSeconds, inEachLanguage, t} from "./language.js";

const FONT_PIXELS = 13;         // of the jamo in the alignment
const LABEL_PIXELS = 10;        // least distance of two jamo
const NO_JAMO = " _~";           // spaces and the end
const TICK_PIXELS = 60;         // least distance of the ticks
const TICK_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60];

let player = null;
let utterances = [];
let shown = 0;                  // index of the utterance in the figure
let figureWidth = 0;

export function showUtterances(list) {
  utterances = list;
  shown = 0;
  showUtterance(0);
}

function showUtterance(number) {
  shown = Math.max(0, Math.min(number, utterances.length - 1));
  const utterance = utterances[shown];
  if (!utterance) {
    return;
  }
  element("utterances").hidden = utterances.length < 2;
  element("utterance-number").textContent =
    t("utteranceNumber", {number: shown + 1, count: utterances.length});
  element("previous").disabled = shown === 0;
  element("next").disabled = shown === utterances.length - 1;
  element("fault").hidden = !utterance.fault;
  element("fault").textContent = t("fault", utterance);
  element("mel").setAttribute("aria-label", t("melLabel", utterance));
  element("alignment").setAttribute("aria-label", t("alignmentLabel", utterance));
  drawFigure();
  moveHead();
}

export function drawFigure() {
  const utterance = utterances[shown];
  if (!utterance) {
    return;
  }
  figureWidth = element("figure").clientWidth;
  const {mel, frames, n_mels: bands, alignment, steps, symbols} = utterance;
  drawMatrix(element("mel"), stretch(decodeBytes(mel)), frames, bands);
  const drawing = drawMatrix(element("alignment"), decodeBytes(alignment), steps, symbols.length);
  drawSymbols(drawing, utterance);
  drawAxis(utterance);
}

// Values from 0 to 255 whatever the loudness of the speech
function stretch(values) {
  const lowest = values.reduce((one, other) => Math.min(one, other));
  const highest = values.reduce((one, other) => Math.max(one, other));
  return values.map((value) => (value - lowest) / Math.max(1, highest - lowest) * 255);
}

function drawMatrix(canvas, values, columns, rows) {
  const drawing = prepareCanvas(canvas);
  const {context, width, height} = drawing;
  context.imageSmoothingEnabled = columns < width;
  context.drawImage(imageOfMatrix(values, columns, rows), 0, 0, width, height);
  return drawing;
}

// Each jamo left of the place where the model first reads it, if there is room for it
function drawSymbols({context, width, height}, {symbols, symbol_times: times, seconds}) {
  const step = height / symbols.length;
  context.fillStyle = color("--map-ink");
  context.font = `${FONT_PIXELS}px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  let last = [-LABEL_PIXELS, height + LABEL_PIXELS];
  symbols.forEach((symbol, index) => {
    const at = [times[index] / seconds * width - 4,
      height - (index + 0.5) * step - 4];
    const distance = Math.max(Math.abs(at[0] - last[0]), Math.abs(at[1] - last[1]));
    if (!NO_JAMO.includes(symbol) && at[0] > FONT_PIXELS && distance >= LABEL_PIXELS) {
      context.fillText(symbol, ...at);
      last = at;
    }
  });
}

function drawAxis({start, seconds}) {
  const {context, width, height} = prepareCanvas(element("axis"));
  const step = TICK_SECONDS.find((tick) => tick / seconds * width >= TICK_PIXELS) || 120;
  context.fillStyle = color("--muted");
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  for (let tick = Math.ceil(start / step); tick * step < start + seconds; tick++) {
    const x = (tick * step - start) / seconds * width;
    context.fillRect(x, 0, 1, 4);
    context.textAlign = x < 12 ? "left" : "center";
    if (x < width - 16) {
      context.fillText(formatSeconds(tick * step, step < 1 ? 1 : 0), x, height - 3);
    }
  }
}

// Shows the position of the player, and the utterance that it plays
export function moveHead() {
  const utterance = utterances[shown];
  if (!utterance) {
    return;
  }
  const place = (player.position - utterance.start) / utterance.seconds;
  element("playhead").hidden = place < 0 || place > 1;
  element("playhead").style.transform = `translateX(${place * figureWidth}px)`;
}

export function followPlayer() {
  const position = player.position;
  const current = utterances.findIndex(({start, seconds}) =>
    position >= start && position < start + seconds);
  if (player.playing && current >= 0 && current !== shown) {
    showUtterance(current);
  }
  moveHead();
}

export function startFigure(ofPlayer) {
  player = ofPlayer;
  element("previous").addEventListener("click", () => showUtterance(shown - 1));
  element("next").addEventListener("click", () => showUtterance(shown + 1));
  element("figure").addEventListener("click", (event) => {
    const {left, width} = element("figure").getBoundingClientRect();
    const {start, seconds} = utterances[shown];
    player.playFrom(start + (event.clientX - left) / width * seconds);
  });
  new ResizeObserver(() => {
    drawFigure();
    moveHead();
  }).observe(element("figure"));
  inEachLanguage(() => showUtterance(shown));
}
