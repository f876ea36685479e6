// The traces, in clinical order, negative up, on one scale.
import { change, clock, state } from "bandmap/state.js";
import { colour, shown, xOf } from "bandmap/strip.js";
import { isRecorded, rowsOf } from "bandmap/montage.js";
import { linesOf, prepare, resolution } from "bandmap/signals.js";
import { marked } from "bandmap/events.js";
import { drawBehind } from "bandmap/importance.js";
import { drawFlags } from "bandmap/quality.js";

const { uPlot } = globalThis; // vendor/uPlot.iife.min.js
export const CENTIMETRE = 96 / 2.54; // CSS pixels
const GAP_OF_CHAINS = 0.6;
const HIGHEST_ROWS = 3; // a trace is cut there, so that an artifact does not cover the page
const AXIS = 24;
const INCREMENTS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600];

let [plot, element, labels, made, now] = [null, null, null, "", { rows: [], places: [], montage: "" }];

export function begin(parent) {
  element = document.createElement("div");
  element.className = "strip";
  element.id = "traces";
  labels = document.createElement("div");
  labels.className = "label";
  labels.setAttribute("role", "radiogroup");
  labels.setAttribute("aria-label", "Chosen channel");
  const canvas = document.createElement("div");
  canvas.className = "plot";
  canvas.setAttribute("aria-label", "Traces");
  canvas.setAttribute("role", "img");
  element.append(labels, canvas);
  parent.append(element);
}

// The montage that is shown: on long pages only the recorded channels have lines.
export function shownRows(pixels) {
  const rows = rowsOf(state.about, state.montage);
  const isLong = resolution(state.about, state.seconds, pixels).kind === "extremes";
  const isComputed = isLong && !isRecorded(rows);
  return { rows: isComputed ? rowsOf(state.about, "recorded") : rows, isComputed, isLong };
}

export const current = () => now;

const isAtEdge = (t) => Math.abs((t - state.start) / state.seconds - 0.5) > 0.47;

const placesOf = (rows) => rows.map((row, i) => i + GAP_OF_CHAINS * new Set(rows.slice(0, i + 1).map((r) => r.chain)).size - GAP_OF_CHAINS);

function make(width, height) {
  const { rows, places } = now;
  const line = { stroke: () => colour("--ink"), width: 0.9, points: { show: false }, spanGaps: false };
  plot?.destroy();
  plot = new uPlot({
    width,
    height,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
    scales: { x: { time: false, auto: false }, y: { dir: -1, auto: false, range: () => [-1, places.at(-1) + 1] } },
    axes: [
      { size: AXIS, incrs: () => (state.seconds < 5 ? INCREMENTS : INCREMENTS.slice(3)), space: 70, stroke: () => colour("--soft"), font: "11px system-ui, sans-serif",
        values: (_, splits, __, ___, step) => splits.map((t) => (isAtEdge(t) ? "" : clock(t, step < 1 ? 1 : 0))),
        grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false } },
      { show: false },
    ],
    series: [{}, ...rows.map((row) => ({ ...line, label: row.name }))],
    hooks: { drawClear: [behind], draw: [above] },
  }, [[0], ...rows.map(() => [null])], element.querySelector(".plot"));
  relabel(height);
}

function relabel(height) {
  const { rows, places } = now;
  const perRow = (height - AXIS) / (places.at(-1) + 2);
  labels.replaceChildren(...rows.map((row, i) => {
    const button = document.createElement("button");
    const state = row.masked ? "masked" : row.interpolated ? "interpolated" : "";
    button.type = "button";
    button.textContent = row.name;
    button.title = [row.name, state].filter(Boolean).join(", ");
    button.className = state;
    button.setAttribute("role", "radio");
    button.setAttribute("aria-label", button.title);
    button.style.top = `${(places[i] + 1) * perRow - 8}px`;
    button.addEventListener("click", () => change({ row: i }));
    return button;
  }));
}

export function draw(width, height) {
  const { about } = state;
  const { rows, isComputed, isLong } = shownRows(width);
  const key = [about.dataset, about.recording, rows.map((row) => row.name), width].join("|");
  if (key !== made) {
    now = { rows, places: placesOf(rows) };
    make(width, height);
    made = key;
  } else if (plot.height !== height) {
    plot.setSize({ width, height });
    relabel(height);
  }
  state.row = Math.min(state.row, rows.length - 1);
  const perRow = (height - AXIS) / (now.places.at(-1) + 2);
  const microvolts = (state.scale * perRow) / CENTIMETRE; // of a row
  const lines = linesOf(state, rows, width);
  Object.assign(now, { lines, perRow, microvolts, isComputed, isLong, cut: false, width, height });
  const data = [lines.x, ...lines.rows.map((values, i) => placed(values, now.places[i], microvolts, rows[i].masked))];
  plot.batch(() => {
    plot.setData(data, false);
    plot.setScale("x", { min: state.start, max: state.start + state.seconds });
  });
  [...labels.children].forEach((button, i) => button.setAttribute("aria-checked", String(i === state.row)));
  if (lines.complete) prepare(state, width);
  return lines;
}

// Values as places on the axis, null where there is no signal.
function placed(values, place, microvolts, isMasked) {
  let hasGap = isMasked;
  for (let i = 0; i < values.length; i++) {
    const rows = values[i] / microvolts;
    if (rows > HIGHEST_ROWS || rows < -HIGHEST_ROWS) now.cut = true;
    values[i] = place + Math.max(Math.min(rows, HIGHEST_ROWS), -HIGHEST_ROWS);
    hasGap ||= values[i] !== values[i];
  }
  return hasGap ? Array.from(values, (value) => (isMasked || value !== value ? null : value)) : values;
}

function behind(u) {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio || 1;
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, bbox.left, bbox.top);
  const [width, height] = [bbox.width / ratio, bbox.height / ratio];
  drawBehindTraces(ctx, width, height);
  ctx.restore();
}

// Draws what lies behind the lines: importance, events, gaps.
export function drawBehindTraces(ctx, width, height) {
  const hasImportance = state.importance && drawBehind(ctx, width, now);
  for (const [onset, offset] of marked()) {
    const [x0, x1] = [xOf(onset, width), xOf(offset, width)];
    if (x1 < 0 || x0 > width) continue;
    if (!hasImportance) {
      ctx.fillStyle = shown(state.about.colours.shade, 0.16);
      ctx.fillRect(x0, 0, x1 - x0, height);
    }
    ctx.strokeStyle = shown(state.about.colours.shade);
    ctx.setLineDash([5, 4]);
    ctx.beginPath();
    for (const x of [x0, x1]) ctx.rect(x, 0, 0, height);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

function above(u) {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio || 1;
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, bbox.left, bbox.top);
  const [width, height] = [bbox.width / ratio, bbox.height / ratio];
  if (state.quality) drawFlags(ctx, width, now);
  ctx.font = "11px system-ui, sans-serif";
  ctx.textAlign = "right";
  const text = `${state.scale} µV`;
  const room = ctx.measureText(text).width + 20;
  ctx.fillStyle = colour("--paper");
  ctx.fillRect(width - room - 4, height - CENTIMETRE - 10, room, CENTIMETRE + 6);
  ctx.fillStyle = colour("--ink");
  ctx.fillRect(width - 12, height - CENTIMETRE - 7, 1.5, CENTIMETRE);
  ctx.fillText(text, width - 17, height - CENTIMETRE / 2 - 3);
  ctx.restore();
}

// Says in words what the lines show.
export function describe() {
  const span = `${clock(state.start)} to ${clock(state.start + state.seconds)}`;
  element.querySelector(".plot").setAttribute("aria-label", `Traces of ${now.rows.length} channels, ${span}, ${state.scale} µV per cm, negative up`);
}

// A scale with which the loud parts of most traces stay within three quarters of a row.
export function fittingScale(scales) {
  const loud = now.lines.rows
    .filter((_, i) => !now.rows[i].masked)
    .map((values, i) => values.map((value) => Math.abs(value - now.places[i]) * now.microvolts).filter((value) => value === value).sort())
    .filter((values) => values.length)
    .map((values) => values[Math.floor(values.length * 0.98)])
    .sort((a, b) => a - b);
  const wanted = ((loud[Math.floor(loud.length * 0.85)] ?? 60) / 0.75 / now.perRow) * CENTIMETRE;
  return scales.find((scale) => scale >= wanted) ?? scales.at(-1);
}
