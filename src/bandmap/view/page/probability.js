// The probability of a seizure of every model.
import { state } from "bandmap/state.js";
import { peek } from "bandmap/data.js";
import { colour, shown } from "bandmap/strip.js";
import { colourOfModel } from "bandmap/events.js";

// The windows of a model: {seconds, values} of one class, or null while they are coming.
export function windowsOf(i) {
  const model = state.about.models[i];
  const data = peek(`probability-${i}`);
  return data ? { seconds: data.subarray(0, model.windows), values: data.subarray(model.windows), classes: model.classes } : null;
}

export function firstAfter(sorted, t) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The largest and smallest probability of each pixel: [[x, low, high], ...], from a window before the span to one after.
export function curve(found, start, seconds, width) {
  const from = Math.max(firstAfter(found.seconds, start) - 1, 0);
  const to = Math.min(firstAfter(found.seconds, start + seconds) + 1, found.seconds.length);
  const points = [];
  let last = null;
  for (let i = from; i < to; i++) {
    const x = ((found.seconds[i] - start) / seconds) * width;
    const p = found.values[i];
    if (last && x - last[0] < 0.75) {
      last[1] = Math.min(last[1], p);
      last[2] = Math.max(last[2], p);
    } else {
      last = [x, p, p];
      points.push(last);
    }
  }
  return points;
}

export function trace(ctx, points, y) {
  ctx.beginPath();
  points.forEach(([x, low, high], i) => {
    ctx[i ? "lineTo" : "moveTo"](x, y(low));
    if (high > low) ctx.lineTo(x, y(high));
  });
  ctx.stroke();
}

export function drawProbability(strip, width) {
  strip.begin(width);
  const { about } = state;
  const ctx = strip.context;
  const y = (p) => strip.height - 3 - p * (strip.height - 6);
  ctx.strokeStyle = colour("--line");
  for (const p of [0, 0.5, 1]) ctx.strokeRect(-1, y(p), width + 2, 0);
  const words = [];
  about.models.forEach((model, i) => {
    const found = model.classes === 1 ? windowsOf(i) : null;
    if (!found) return;
    ctx.strokeStyle = shown(colourOfModel(about, i));
    ctx.lineWidth = i === state.model ? 1.6 : 0.8;
    const points = curve(found, state.start, state.seconds, width);
    trace(ctx, points, y);
    const inside = points.filter(([x]) => x >= 0 && x <= width).map(([, , high]) => high);
    words.push(`${model.name}: at most ${inside.length ? Math.max(...inside).toFixed(2) : "unknown"}`);
    if (i === state.model && model.threshold !== null) {
      ctx.lineWidth = 1;
      ctx.strokeStyle = colour("--soft");
      ctx.setLineDash([5, 4]);
      ctx.strokeRect(-1, y(model.threshold), width + 2, 0);
      ctx.setLineDash([]);
      ctx.fillStyle = colour("--soft");
      ctx.font = "11px system-ui, sans-serif";
      const text = `threshold ${model.threshold.toFixed(2)}`;
      ctx.fillText(text, width - ctx.measureText(text).width - 4, y(model.threshold) + (model.threshold > 0.8 ? 12 : -4));
    }
  });
  ctx.lineWidth = 1;
  strip.say(`Probability of a seizure on this page. ${words.join("; ")}`);
}
