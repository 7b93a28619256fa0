// Colors of the spectrogram and the alignment; the style sheet has other ones for the dark mode.
import {color} from "./dom.js";

const STOPS = ["--map-0", "--map-1", "--map-2", "--map-3", "--map-4"];

function parseColor(text) {
  const number = parseInt(text.slice(1), 16);           // #rrggbb
  return [number >> 16, number >> 8 & 255, number & 255];
}

// [red, green, blue] of each value from 0 to 255
function colorTable() {
  const stops = STOPS.map((name) => parseColor(color(name)));
  return Array.from({length: 256}, (_, value) => {
    const at = value / 255 * (stops.length - 1);
    const index = Math.min(Math.floor(at), stops.length - 2);
    return stops[index].map((from, channel) =>
      Math.round(from + (at - index) * (stops[index + 1][channel] - from)));
  });
}

// A canvas with one pixel per value of a matrix, uint8 [columns, rows]; row 0 is at the bottom
export function imageOfMatrix(values, columns, rows) {
  const table = colorTable();
  const image = new ImageData(columns, rows);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const [red, green, blue] = table[values[column * rows + row]];
      image.data.set([red, green, blue, 255], 4 * ((rows - 1 - row) * columns + column));
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
