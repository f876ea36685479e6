// Sleep: stages of the scorer and of the model, and the probability of each stage, of the whole recording.
import { clock, state } from "bandmap/state.js";
import { colour, shown, xOf, xOfWhole } from "bandmap/strip.js";
import { windowsOf } from "bandmap/probability.js";
import { frame } from "bandmap/whole.js";

export const EPOCH = 30;

export const isNight = (about) => about.models.some((model) => model.classes === about.stages.length) || stagesOf(about).length > 0;

// The scorer's stages: [[onset, offset, stage]].
export const stagesOf = (about) => about.reference.filter(([, , label]) => about.stages.includes(label));

// The model's most probable stage of each epoch: [[onset, offset, stage]].
export function foundStages(about) {
  const found = modelWindows(about);
  if (!found) return [];
  const half = about.models[found.model].step_seconds / 2;
  return Array.from(found.seconds, (middle, i) => {
    const p = found.values.subarray(i * found.classes, (i + 1) * found.classes);
    return [middle - half, middle + half, about.stages[p.indexOf(Math.max(...p))]];
  });
}

function modelWindows(about) {
  const isStager = (i) => about.models[i]?.classes === about.stages.length;
  const model = isStager(state.model) ? state.model : about.models.findIndex((_, i) => isStager(i));
  const found = model < 0 ? null : windowsOf(model);
  return found && { ...found, model };
}

export function drawHypnogram(strip, width, stages, who) {
  strip.begin(width);
  const { about } = state;
  const order = Object.keys(about.colours.stages);
  const y = (stage) => 6 + (order.indexOf(stage) / (order.length - 1)) * (strip.height - 12);
  const ctx = strip.context;
  ctx.font = "9px system-ui, sans-serif";
  let last = null;
  for (const [onset, offset, stage] of stages) {
    const [x0, x1] = [xOfWhole(onset, width), xOfWhole(offset, width)];
    ctx.strokeStyle = colour("--soft");
    if (last && last[0] !== stage && Math.abs(last[1] - x0) < 1) {
      ctx.beginPath();
      ctx.moveTo(x0, y(last[0]));
      ctx.lineTo(x0, y(stage));
      ctx.stroke();
    }
    ctx.fillStyle = shown(about.colours.stages[stage]);
    ctx.fillRect(x0, y(stage) - 2, Math.max(x1 - x0, 1) + 0.5, 4);
    last = [stage, x1];
  }
  ctx.fillStyle = colour("--soft");
  order.forEach((stage) => ctx.fillText(stage, 2, y(stage) + 3));
  frame(strip, width);
  const here = stages.find(([onset, offset]) => onset <= state.start + 0.01 && state.start + 0.01 < offset);
  strip.say(`Hypnogram of the ${who}; at ${clock(state.start)}: ${here?.[2] ?? "no stage"}`);
}

export function drawHypnodensity(strip, width) {
  strip.begin(width);
  const { about } = state;
  const found = modelWindows(about);
  if (found) {
    const half = about.models[found.model].step_seconds / 2;
    const order = Object.keys(about.colours.stages).reverse();
    found.seconds.forEach((middle, i) => {
      const [x0, x1] = [xOfWhole(middle - half, width), xOfWhole(middle + half, width)];
      let top = strip.height;
      for (const stage of order) {
        const height = found.values[i * found.classes + about.stages.indexOf(stage)] * strip.height;
        strip.context.fillStyle = shown(about.colours.stages[stage]);
        strip.context.fillRect(x0, top - height, x1 - x0 + 0.3, height);
        top -= height;
      }
    });
    frame(strip, width);
  }
  strip.say("Hypnodensity: the model's probability of each stage over the whole recording");
}

// Lines between epochs, and the scorer's and the model's stage of each epoch, on the page.
export function drawEpochs(strip, width) {
  strip.begin(width);
  const { about } = state;
  const ctx = strip.context;
  const rows = [["scorer", stagesOf(about)], ["model", foundStages(about)]];
  const words = [];
  ctx.font = "11px system-ui, sans-serif";
  rows.forEach(([who, stages], row) => {
    const height = strip.height / rows.length;
    for (const [onset, offset, stage] of stages) {
      if (offset <= state.start || onset >= state.start + state.seconds) continue;
      for (let t = onset; t < offset - 0.01; t += EPOCH) {
        const [x0, x1] = [xOf(t, width), xOf(Math.min(t + EPOCH, offset), width)];
        if (x1 < 0 || x0 > width) continue;
        ctx.fillStyle = shown(about.colours.stages[stage]);
        ctx.fillRect(x0, row * height + 1, Math.max(x1 - x0 - 1, 1), height - 2);
        ctx.fillStyle = stage === "W" || stage === "N1" ? "#000" : "#fff";
        if (x1 - x0 > 26) ctx.fillText(stage, Math.max(x0, 0) + 4, (row + 1) * height - 4);
        words.push(`${who} ${stage}`);
      }
    }
  });
  strip.say(`Epochs on this page: ${words.slice(0, 6).join(", ") || "none"}`);
}
