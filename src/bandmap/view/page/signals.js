// The lines of a page: samples if it is short, minima and maxima of each bin if it is long.
import { filter, MARGIN_SECONDS, sections } from "bandmap/filters.js";
import { load, peek } from "bandmap/data.js";

const MOST_SAMPLES_PER_PIXEL = 12;

// The resolution for a page: {kind: "samples"} or {kind: "extremes", level}.
export function resolution(about, seconds, pixels) {
  const perPixel = seconds / pixels;
  if (perPixel * about.settings.rate_hz <= MOST_SAMPLES_PER_PIXEL) return { kind: "samples", step: 1 / about.settings.rate_hz };
  let level = 0;
  while (level + 1 < about.extremes.length && about.extremes[level + 1].step <= perPixel) level += 1;
  return { kind: "extremes", level, step: about.extremes[level].step };
}

const nameOf = ({ kind, level }, chunk) => (kind === "samples" ? `samples-${chunk}` : `extremes-${level}-${chunk}`);
const lengthOf = (about, { kind, level }) => (kind === "samples" ? about.n_samples : about.extremes[level].bins);

// The chunks of a span of bins; `complete` is false while some are coming.
function chunksOf(about, at, first, last) {
  const found = { chunks: new Map(), complete: true };
  for (let i = Math.floor(first / about.chunk); i <= Math.floor(Math.max(last - 1, first) / about.chunk); i++) {
    const chunk = peek(nameOf(at, i));
    if (chunk) found.chunks.set(i, chunk);
    else found.complete = false;
  }
  return found;
}

// Samples of one channel from `first` to before `last`, NaN where they are missing or have not come yet.
export function samplesOf(about, channel, first, last, chunks) {
  const values = new Float32Array(Math.max(last - first, 0)).fill(NaN);
  for (const [i, chunk] of chunks) {
    const [start, size] = [i * about.chunk, chunk.length / about.channels.length];
    const [from, to] = [Math.max(first, start), Math.min(last, start + size)];
    if (from < to) values.set(chunk.subarray(channel * size + from - start, channel * size + to - start), from - first);
  }
  return values;
}

export function rowSamples(about, row, first, last, chunks) {
  const sum = new Float32Array(Math.max(last - first, 0));
  for (const [channel, weight] of row.parts) {
    const values = samplesOf(about, channel, first, last, chunks);
    for (let i = 0; i < sum.length; i++) sum[i] += weight * values[i];
  }
  return sum;
}

export function samplesAround(about, start, seconds) {
  const rate = about.settings.rate_hz;
  const margin = Math.ceil(MARGIN_SECONDS * rate);
  const first = Math.max(Math.floor(start * rate) - margin, 0);
  const last = Math.min(Math.ceil((start + seconds) * rate) + margin, about.n_samples);
  return { first, last, ...chunksOf(about, { kind: "samples" }, first, last) };
}

// Returns the lines of rows: {x, rows, complete, filtered}; each row has a value for each x, NaN where there is none.
export function linesOf(state, rows, pixels) {
  const { about, start, seconds } = state;
  const at = resolution(about, seconds, pixels);
  if (at.kind === "samples") return lineOfSamples(state, rows, pixels);
  const first = Math.max(Math.floor(start / at.step) - 1, 0);
  const last = Math.min(Math.ceil((start + seconds) / at.step) + 1, lengthOf(about, at));
  let { chunks, complete } = chunksOf(about, at, first, last);
  const grouped = Math.max(Math.floor(seconds / pixels / at.step), 1);
  const x = pairs(first, last, grouped, at.step);
  return { x, rows: rows.map((row) => extremesOf(about, row.channel, first, last, grouped, chunks)), complete, filtered: false };
}

function pairs(first, last, grouped, step) {
  const x = new Float64Array(2 * Math.ceil((last - first) / grouped));
  for (let i = 0; i < x.length; i += 2) x[i] = x[i + 1] = (first + (i / 2 + 0.5) * grouped) * step;
  return x;
}

function extremesOf(about, channel, first, last, grouped, chunks) {
  const values = new Float64Array(2 * Math.ceil((last - first) / grouped)).fill(NaN);
  for (const [i, chunk] of chunks) {
    const [start, size] = [i * about.chunk, chunk.length / about.channels.length / 2];
    const [from, to] = [Math.max(first, start), Math.min(last, start + size)];
    for (let bin = from; bin < to; bin++) {
      const source = 2 * (channel * size + bin - start);
      const [low, high] = [chunk[source], chunk[source + 1]];
      if (low !== low) continue;
      const place = 2 * Math.floor((bin - first) / grouped);
      if (!(values[place] <= low)) values[place] = low;
      if (!(values[place + 1] >= high)) values[place + 1] = high;
    }
  }
  return values;
}

function lineOfSamples(state, rows, pixels) {
  const { about, start, seconds } = state;
  const rate = about.settings.rate_hz;
  const { first, last, chunks, complete } = samplesAround(about, start, seconds);
  const chain = sections(state, rate);
  const from = Math.max(Math.floor(start * rate) - 1, first);
  const to = Math.min(Math.ceil((start + seconds) * rate) + 2, last);
  const grouped = Math.floor((seconds * rate) / pixels / 2);
  const lines = rows.map((row) => {
    const values = rowSamples(about, row, first, last, chunks);
    filter(values, chain);
    const shown = values.subarray(from - first, to - first);
    return grouped < 2 ? Float64Array.from(shown) : envelope(shown, grouped);
  });
  const x = grouped < 2 ? Float64Array.from({ length: to - from }, (_, i) => (from + i) / rate) : pairs(from, to, grouped, 1 / rate);
  if (grouped >= 2) for (let i = 0; i < x.length; i++) x[i] = (from + (Math.floor(i / 2) + 0.5) * grouped) / rate;
  return { x, rows: lines, complete, filtered: chain.length > 0 };
}

function envelope(values, grouped) {
  const found = new Float64Array(2 * Math.ceil(values.length / grouped)).fill(NaN);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== value) continue;
    const place = 2 * Math.floor(i / grouped);
    if (!(found[place] <= value)) found[place] = value;
    if (!(found[place + 1] >= value)) found[place + 1] = value;
  }
  return found;
}

// Asks for the pages before and after, so that turning a page does not wait.
export function prepare({ about, start, seconds }, pixels) {
  const at = resolution(about, seconds, pixels);
  for (const begin of [start + seconds, start - seconds]) {
    const [first, last] = [begin - 4, begin + seconds + 4].map((t) => Math.min(Math.max(Math.floor(t / at.step), 0), lengthOf(about, at) - 1));
    for (let i = Math.floor(first / about.chunk); i <= Math.floor(last / about.chunk); i++) load(nameOf(at, i)).catch(() => {});
  }
}
