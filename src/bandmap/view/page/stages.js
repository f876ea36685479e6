// Stages that a reviewer sets, an epoch at a time; a mark covers adjacent epochs of one stage and verdict.
import { change, state } from "bandmap/state.js";
import { shown, xOf } from "bandmap/strip.js";
import { EPOCH, foundStages, stagesOf } from "bandmap/night.js";
import * as spans from "bandmap/spans.js";
import { edit, review } from "bandmap/review.js";

// Epoch -> {stage, verdict, source, comment}.
function epochs() {
  const found = new Map();
  for (const mark of review.marks) {
    for (let t = mark.onset; t < mark.offset - 0.01; t += EPOCH) {
      found.set(Math.round(t / EPOCH), { stage: mark.type, verdict: mark.verdict, source: mark.source, comment: mark.comment });
    }
  }
  return found;
}

function marksOf(found) {
  const marks = [];
  for (const [epoch, { stage, verdict, source, comment }] of [...found].sort((a, b) => a[0] - b[0])) {
    const last = marks.at(-1);
    const [onset, offset] = [epoch * EPOCH, Math.min((epoch + 1) * EPOCH, state.about.seconds)];
    if (last && last.offset === onset && last.type === stage && last.verdict === verdict && last.source === source) last.offset = offset;
    else marks.push({ onset, offset, type: stage, verdict, source, comment: comment ?? "", proposed: null, confidence: null });
  }
  return marks.map((mark) => (mark.verdict === "accepted" ? { ...mark, proposed: { onset: mark.onset, offset: mark.offset, type: mark.type } } : mark));
}

const shownEpochs = () => {
  const first = Math.round(state.start / EPOCH);
  const count = Math.max(1, Math.floor((state.seconds + 0.01) / EPOCH));
  const last = Math.floor(state.about.seconds / EPOCH);
  return Array.from({ length: count }, (_, i) => first + i).filter((epoch) => epoch < last);
};

function apply(changes) {
  const found = epochs();
  for (const [epoch, value] of changes) {
    if (value) found.set(epoch, value);
    else found.delete(epoch);
  }
  const marks = marksOf(found);
  edit({ marks, reviewed: spans.joined(marks.map((mark) => [mark.onset, mark.offset])) });
}

// Gives the first epoch of the page a stage, and goes on to the next one.
export function setStage(stage) {
  const [epoch] = shownEpochs();
  if (epoch === undefined) return;
  apply([[epoch, { stage, verdict: "added", source: "" }]]);
  change({ start: (epoch + 1) * EPOCH });
}

// Accepts the model's stage of every epoch of the page (the scorer's, if there is no model), and turns the page.
export function acceptStages() {
  const model = foundStages(state.about);
  const source = model.length ? review.source : "reference";
  const all = model.length ? model : stagesOf(state.about);
  const shownOnes = shownEpochs();
  const accepted = shownOnes.flatMap((epoch) => {
    const middle = (epoch + 0.5) * EPOCH;
    const stage = all.find(([onset, offset]) => onset <= middle && middle < offset)?.[2];
    return stage ? [[epoch, { stage, verdict: "accepted", source }]] : [];
  });
  apply(accepted);
  change({ start: ((shownOnes.at(-1) ?? 0) + 1) * EPOCH });
}

export const ownStages = () => review.marks.map((mark) => [mark.onset, mark.offset, mark.type]);
export const removeStages = () => apply(shownEpochs().map((epoch) => [epoch, null]));
export const stageAt = (t) => review.marks.find((mark) => mark.onset <= t + 0.01 && t + 0.01 < mark.offset)?.type;

export function drawReviewedStages(strip, width, height) {
  const ctx = strip.context;
  ctx.font = "11px system-ui, sans-serif";
  const words = [];
  for (const [epoch, { stage }] of epochs()) {
    const [x0, x1] = [xOf(epoch * EPOCH, width), xOf((epoch + 1) * EPOCH, width)];
    if (x1 <= 0 || x0 >= width) continue;
    ctx.fillStyle = shown(state.about.colours.stages[stage]);
    ctx.fillRect(x0, 2, Math.max(x1 - x0 - 1, 1), height - 3);
    ctx.fillStyle = stage === "W" || stage === "N1" ? "#000" : "#fff";
    if (x1 - x0 > 26) ctx.fillText(stage, Math.max(x0, 0) + 4, height / 2 + 5);
    words.push(stage);
  }
  strip.say(`Your stages on this page: ${words.slice(0, 6).join(", ") || "none"}`);
}
