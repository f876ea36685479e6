// The spectrogram of the chosen trace: from its samples on short pages, from the pyramid on long ones.
import { state } from "bandmap/state.js";
import { peek } from "bandmap/data.js";
import { table, VIRIDIS } from "bandmap/colourmaps.js";
import { note, shown, xOf } from "bandmap/strip.js";
import { rowSamples, samplesAround } from "bandmap/signals.js";
import { current } from "bandmap/traces.js";
import { marked } from "bandmap/events.js";

const colours = table(VIRIDIS);
const RANGE = [-25, 25]; // dB of 1 µV²/Hz
const picture = document.createElement("canvas");

function transform(re, im) { // in place, length a power of two
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
  }
  for (let size = 2; size <= n; size <<= 1) {
    const angle = (-2 * Math.PI) / size;
    for (let k = 0; k < size / 2; k++) {
      const [c, s] = [Math.cos(angle * k), Math.sin(angle * k)];
      for (let i = k; i < n; i += size) {
        const j = i + size / 2;
        const [x, y] = [re[j] * c - im[j] * s, re[j] * s + im[j] * c];
        [re[j], im[j], re[i], im[i]] = [re[i] - x, im[i] - y, re[i] + x, im[i] + y];
      }
    }
  }
}

// Decibels of one second of samples at 1 Hz, 2 Hz ...
export function decibels(values, rate, rows) {
  const n = values.length;
  const size = 2 ** Math.ceil(Math.log2(n));
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  let [mean, weight] = [0, 0];
  for (const value of values) mean += value / n;
  for (let i = 0; i < n; i++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n);
    re[i] = (values[i] - mean) * window;
    weight += window * window;
  }
  transform(re, im);
  return Float64Array.from({ length: rows }, (_, row) => {
    const bin = Math.round(((row + 1) * size) / rate);
    return bin >= size / 2 ? NaN : 10 * Math.log10(Math.max((2 * (re[bin] ** 2 + im[bin] ** 2)) / (rate * weight), 1e-12));
  });
}

function fromSamples(row, width) {
  const { about } = state;
  const rate = about.settings.rate_hz;
  const [n, rows] = [Math.round(rate), about.spectra[0].depth];
  const { first, last, chunks, complete } = samplesAround(about, state.start, state.seconds);
  const values = rowSamples(about, row, first, last, chunks);
  const columns = Math.max(Math.min(Math.round(width / 4), 300), 1);
  const found = new Float64Array(columns * rows).fill(NaN);
  for (let column = 0; column < columns; column++) {
    const middle = (state.start + ((column + 0.5) / columns) * state.seconds) * rate;
    const from = Math.min(Math.max(Math.round(middle - n / 2) - first, 0), values.length - n); // whole at both ends
    if (from < 0) continue;
    const one = decibels(values.subarray(from, from + n), rate, rows);
    for (let r = 0; r < rows; r++) found[column * rows + r] = one[r];
  }
  return { columns, rows, values: found, x0: 0, x1: width, complete };
}

function fromPyramid(row, width) {
  const { about } = state;
  let level = 0;
  while (level + 1 < about.spectra.length && about.spectra[level + 1].step * width <= state.seconds * 3) level += 1;
  const { step, bins, depth } = about.spectra[level];
  const from = Math.max(Math.floor(state.start / step), 0);
  const to = Math.min(Math.ceil((state.start + state.seconds) / step), bins);
  const found = new Float64Array(Math.max(to - from, 0) * depth).fill(NaN);
  let complete = true;
  for (let i = Math.floor(from / about.chunk); i <= Math.floor(Math.max(to - 1, from) / about.chunk); i++) {
    const chunk = peek(`spectra-${level}-${row.channel}-${i}`);
    complete &&= Boolean(chunk);
    if (!chunk) continue;
    const start = i * about.chunk;
    for (let column = Math.max(from, start); column < Math.min(to, start + chunk.length / depth); column++) {
      for (let r = 0; r < depth; r++) {
        const value = chunk[(column - start) * depth + r];
        if (value) found[(column - from) * depth + r] = about.decibels.lowest + (value - 1) * about.decibels.step;
      }
    }
  }
  return { columns: to - from, rows: depth, values: found, x0: xOf(from * step, width), x1: xOf(to * step, width), complete };
}

export function drawSpectrogram(strip, width) {
  strip.begin(width);
  const { rows, isLong } = current();
  const row = rows[state.row];
  if (!row || row.masked) {
    note(strip, width, row ? `${row.name} is masked` : "");
    return;
  }
  const found = isLong ? fromPyramid(row, width) : fromSamples(row, width);
  if (!found.columns) return;
  [picture.width, picture.height] = [found.columns, found.rows];
  const inside = picture.getContext("2d");
  const pixels = inside.createImageData(found.columns, found.rows);
  for (let column = 0; column < found.columns; column++) {
    for (let r = 0; r < found.rows; r++) {
      const value = found.values[column * found.rows + r];
      if (value !== value) continue;
      const place = Math.round(Math.min(Math.max((value - RANGE[0]) / (RANGE[1] - RANGE[0]), 0), 1) * 255);
      const pixel = 4 * ((found.rows - 1 - r) * found.columns + column);
      for (let k = 0; k < 3; k++) pixels.data[pixel + k] = colours[3 * place + k];
      pixels.data[pixel + 3] = 255;
    }
  }
  inside.putImageData(pixels, 0, 0);
  const ctx = strip.context;
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(picture, found.x0, 0, found.x1 - found.x0, strip.height);
  ctx.font = "10px system-ui, sans-serif";
  for (const hz of [10, 20, 30, 40]) {
    if (hz > found.rows) continue;
    const y = strip.height * (1 - (hz - 0.5) / found.rows);
    ctx.fillStyle = "rgba(255,255,255,.35)";
    ctx.fillRect(0, y, width, 0.6);
    ctx.fillStyle = "#fff";
    if (y > 11) ctx.fillText(`${hz} Hz`, 4, y - 2);
  }
  ctx.strokeStyle = shown(state.about.colours.shade);
  ctx.setLineDash([5, 4]);
  for (const [onset, offset] of marked()) {
    for (const t of [onset, offset]) if (xOf(t, width) >= 0 && xOf(t, width) <= width) ctx.strokeRect(xOf(t, width), -1, 0, strip.height + 2);
  }
  ctx.setLineDash([]);
  strip.label.textContent = `Power ${row.name}`;
  strip.say(`Spectrogram of ${row.name}, 1 to ${found.rows} Hz, ${RANGE[0]} to ${RANGE[1]} decibels of 1 µV²/Hz`);
}
