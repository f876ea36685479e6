// The strip of the whole recording: amplitude, probability and events, with a frame around the page.
import { change, clock, state } from "bandmap/state.js";
import { peek } from "bandmap/data.js";
import { colour, shown, xOfWhole } from "bandmap/strip.js";
import { eventLayers } from "bandmap/events.js";
import { curve, trace, windowsOf } from "bandmap/probability.js";

const drawn = document.createElement("canvas"); // without the frame
let drawnOf = "";

// Makes a strip of the whole recording move the page when it is clicked or dragged.
export function steer(strip) {
  const move = (event) => {
    const box = strip.canvas.getBoundingClientRect();
    change({ start: ((event.clientX - box.left) / box.width) * state.about.seconds - state.seconds / 2 });
  };
  strip.canvas.addEventListener("pointerdown", (event) => {
    strip.canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  strip.canvas.addEventListener("pointermove", (event) => {
    if (event.buttons & 1) move(event);
  });
  strip.canvas.classList.add("steers");
}

// Draws a frame around the page on a strip of the whole recording.
export function frame(strip, width) {
  const ctx = strip.context;
  const [x0, x1] = [xOfWhole(state.start, width), xOfWhole(state.start + state.seconds, width)];
  ctx.strokeStyle = colour("--accent");
  ctx.lineWidth = 2;
  ctx.fillStyle = colour("--frame");
  const left = Math.min(x0, width - 5);
  ctx.fillRect(left, 0, Math.max(x1 - x0, 3), strip.height);
  ctx.strokeRect(left, 1, Math.max(x1 - x0, 3), strip.height - 2);
  ctx.lineWidth = 1;
}

function picture(strip, width) {
  const { about } = state;
  const level = about.extremes.length - 1;
  const chunk = peek(`extremes-${level}-0`);
  const layers = eventLayers();
  const waiting = about.models.map((model, i) => model.classes === 1 && !peek(`probability-${i}`));
  const key = JSON.stringify([about.dataset, about.recording, width, colour("--ink"), Boolean(chunk), waiting, state.model, layers]);
  if (key === drawnOf) return;
  drawnOf = key;
  strip.begin(width);
  const ctx = strip.context;
  const rows = layers.length;
  const top = strip.height - rows * 7;
  if (chunk) amplitude(ctx, chunk, width, top);
  const found = about.models[state.model]?.classes === 1 ? windowsOf(state.model) : null;
  if (found) {
    ctx.strokeStyle = shown(layers.find((layer) => layer.model === state.model).colour);
    trace(ctx, curve(found, 0, about.seconds, width), (p) => top - 2 - p * (top - 4));
  }
  layers.forEach((layer, row) => {
    ctx.fillStyle = shown(layer.colour);
    for (const [onset, offset] of layer.events) {
      ctx.fillRect(xOfWhole(onset, width), top + row * 7 + 1, Math.max(xOfWhole(offset - onset, width), 2), 5);
    }
  });
  [drawn.width, drawn.height] = [strip.canvas.width, strip.canvas.height];
  drawn.getContext("2d").drawImage(strip.canvas, 0, 0);
}

// The median over channels of the range of each bin, as a grey shape.
function amplitude(ctx, chunk, width, height) {
  const { about } = state;
  const used = about.channels.map((_, i) => i).filter((i) => !about.masked.includes(about.channels[i]));
  const n = chunk.length / about.channels.length / 2;
  const ranges = Float64Array.from({ length: n }, (_, bin) => {
    const all = used.map((channel) => chunk[2 * (channel * n + bin) + 1] - chunk[2 * (channel * n + bin)]).filter((value) => value === value);
    return all.length ? all.sort((a, b) => a - b)[all.length >> 1] : NaN;
  });
  const sorted = ranges.filter((value) => value === value).sort();
  const most = sorted[Math.floor(sorted.length * 0.98)] || 1;
  const step = about.extremes.at(-1).step;
  ranges.forEach((range, bin) => {
    const [x0, x1] = [xOfWhole(bin * step, width), Math.min(xOfWhole((bin + 1) * step, width), width)];
    ctx.fillStyle = range === range ? colour("--shape") : colour("--gap");
    const part = range === range ? Math.min(range / most, 1) * (height - 2) : height;
    ctx.fillRect(x0, height - part, x1 - x0 + 0.3, part);
  });
}

export function drawWhole(strip, width) {
  picture(strip, width);
  strip.begin(width);
  strip.context.drawImage(drawn, 0, 0, width, strip.height);
  frame(strip, width);
  strip.say(`Whole recording, ${clock(state.about.seconds)}; the page begins at ${clock(state.start)}`);
}
