// Importance laid over the traces (channels x time), and the matrix of regions and bands of the windows in view.
import { state } from "bandmap/state.js";
import { peek } from "bandmap/data.js";
import { RDBU, table } from "bandmap/colourmaps.js";
import { isDark } from "bandmap/strip.js";

const STRENGTH = 190; // of 255
const colours = table(RDBU);
let [grid, gridOf, picture] = [null, "", null];

// The interpretations of the chosen model of a kind: "channels" or "matrix".
export function interpretations(kind) {
  const model = state.about.models[state.model];
  return (model?.importance ?? []).map((about, i) => ({ ...about, name: `importance-${state.model}-${i}` })).filter((one) => one.kind === kind);
}

// The mean of overlapping windows: {step, n, values (channels x n)}, NaN where nothing was explained.
function stitched(about, one, data) {
  const [starts, values] = [data.subarray(0, one.windows), data.subarray(one.windows)];
  const step = one.columns > 1 ? one.length_seconds / one.columns : 1;
  const perWindow = one.columns > 1 ? one.columns : Math.max(Math.round(one.length_seconds), 1);
  const n = Math.ceil(about.seconds / step);
  const [sum, count] = [new Float32Array(one.rows * n), new Uint16Array(n)];
  for (let w = 0; w < one.windows; w++) {
    const first = Math.round(starts[w] / step);
    for (let k = 0; k < perWindow; k++) {
      if (first + k < 0 || first + k >= n) continue;
      count[first + k] += 1;
      const source = w * one.rows * one.columns + (one.columns > 1 ? k : 0);
      for (let row = 0; row < one.rows; row++) sum[row * n + first + k] += values[source + row * one.columns];
    }
  }
  const known = [];
  for (let row = 0; row < one.rows; row++) {
    for (let i = 0; i < n; i++) {
      const value = sum[row * n + i] / count[i];
      sum[row * n + i] = value;
      if (value === value && known.length < 200000) known.push(Math.abs(value));
    }
  }
  known.sort((a, b) => a - b);
  const limit = known[Math.floor(known.length * 0.99)] || known.at(-1) || 1;
  return { step, n, values: sum, limit, channels: one.channels };
}

export function currentGrid() {
  const [one] = interpretations("channels");
  if (!one?.windows) return null;
  const key = `${state.about.dataset}/${state.about.recording}/${one.name}`;
  if (key !== gridOf) {
    const data = peek(one.name);
    if (!data) return null;
    [grid, gridOf] = [stitched(state.about, one, data), key];
  }
  return { ...grid, method: one.method };
}

// Colours the rows of the traces; returns whether anything in view was explained.
export function drawBehind(ctx, width, { rows, places, perRow }) {
  const found = currentGrid();
  if (!found) return false;
  const columns = Math.max(Math.min(Math.ceil(state.seconds / found.step) + 1, 400), 1);
  const each = Math.max(state.seconds / (columns - 1 || 1), found.step);
  const begin = Math.floor(state.start / each) * each;
  picture ??= document.createElement("canvas");
  [picture.width, picture.height] = [columns, rows.length];
  const inside = picture.getContext("2d");
  const pixels = inside.createImageData(columns, rows.length);
  let isKnown = false;
  rows.forEach((row, r) => {
    const channel = row.channel < 0 ? -1 : found.channels.indexOf(state.about.channels[row.channel]);
    if (channel < 0) return;
    for (let c = 0; c < columns; c++) {
      const i = Math.floor((begin + (c + 0.5) * each) / found.step);
      const value = i >= 0 && i < found.n ? found.values[channel * found.n + i] : NaN;
      if (value !== value) continue;
      isKnown = true;
      const place = Math.round(Math.min(Math.max(0.5 + value / found.limit / 2, 0), 1) * 255);
      const pixel = 4 * (r * columns + c);
      for (let k = 0; k < 3; k++) pixels.data[pixel + k] = colours[3 * place + k];
      const size = Math.min(Math.abs(value) / found.limit, 1);
      pixels.data[pixel + 3] = isDark() ? STRENGTH * 0.75 * size : STRENGTH;
    }
  });
  if (!isKnown) return false;
  inside.putImageData(pixels, 0, 0);
  const [x0, scale] = [((begin - state.start) / state.seconds) * width, (each / state.seconds) * width];
  ctx.imageSmoothingEnabled = false;
  rows.forEach((_, r) => ctx.drawImage(picture, 0, r, columns, 1, x0, (places[r] + 0.5) * perRow, columns * scale, perRow));
  return true;
}

// The mean matrix of the windows in view: {values, n, one} or null.
export function matrixInView() {
  const [one] = interpretations("matrix");
  const data = one?.windows ? peek(one.name) : null;
  if (!data) return one ? { one, n: 0, values: null } : null;
  const size = one.rows * one.columns;
  const sum = new Float64Array(size);
  let n = 0;
  for (let w = 0; w < one.windows; w++) {
    const middle = data[w] + one.length_seconds / 2;
    if (middle < state.start || middle >= state.start + state.seconds) continue;
    n += 1;
    for (let i = 0; i < size; i++) sum[i] += data[one.windows + w * size + i];
  }
  return { one, n, values: n ? sum.map((value) => value / n) : null };
}

const MINUS = (text) => text.replace(/^-(?=0\.?0*$)/, "").replace("-", "−");

export function drawMatrix(parent) {
  const found = matrixInView();
  const title = document.createElement("h2");
  title.textContent = "Regions and bands in view";
  if (!found?.values) {
    const words = document.createElement("p");
    words.className = "quiet";
    words.textContent = found ? "No window on this page was explained."
      : state.about.models.length ? "The chosen model has no matrix of regions and bands." : "No model has predicted this recording.";
    parent.replaceChildren(title, words);
    return;
  }
  const { one, n, values } = found;
  const { about } = state;
  const names = (known, count, word) => (known.length === count ? known : Array.from({ length: count }, (_, i) => `${word} ${i + 1}`));
  const [regions, bands] = [names(about.regions, one.rows, "region"), names(about.bands, one.columns, "band")];
  const limit = Math.max(...values.map(Math.abs)) || 1;
  const decimals = Math.max(1 - Math.floor(Math.log10(limit)), 0);
  const heat = document.createElement("table");
  heat.className = "heat";
  const caption = heat.createCaption();
  caption.textContent = `${one.method}: mean of ${n} explained ${n === 1 ? "window" : "windows"}`;
  const head = heat.createTHead().insertRow();
  head.append(document.createElement("td"), ...bands.map((band) => cell("th", band, "col")));
  const body = heat.createTBody();
  regions.forEach((region, r) => {
    const row = body.insertRow();
    row.append(cell("th", region, "row"));
    bands.forEach((band, b) => {
      const value = values[r * bands.length + b];
      const one = cell("td", MINUS(value.toFixed(Math.min(decimals, 6))));
      one.className = value >= 0 ? "hot" : "cold";
      one.style.setProperty("--v", `${Math.round((85 * Math.abs(value)) / limit)}%`);
      row.append(one);
    });
  });
  parent.replaceChildren(title, heat);
}

function cell(kind, text, scope) {
  const made = document.createElement(kind);
  made.textContent = text;
  if (scope) made.scope = scope;
  return made;
}
