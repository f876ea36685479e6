// The review beside and below the traces: its strip and its keys.
import { clock, plan, state } from "bandmap/state.js";
import { colour, shown, Strip, xOf } from "bandmap/strip.js";
import { addLayers } from "bandmap/events.js";
import { isNight } from "bandmap/night.js";
import { KEYS } from "bandmap/tools.js";
import { step } from "bandmap/stepping.js";
import { acceptStages, drawReviewedStages, removeStages, setStage } from "bandmap/stages.js";
import { keyOf, openReviews, redo, replace, review, undo } from "bandmap/review.js";
import { accept, addHere, asReviewer, forgetNote, markReviewed, moveEdge, onChosen, reject, remembered, say, view } from "bandmap/verdicts.js";
import { itemsWhileDragging, listenToStrip } from "bandmap/dragging.js";
import { beginPanel, drawPanel, focusOn, SIGNS } from "bandmap/panel.js";

const STEP = 0.5; // seconds that a key moves an edge
const TOP = 4;
const SLEEP_REVIEWED = "Epochs with a stage of yours are reviewed.";

const night = () => isNight(state.about);
const colourOf = (item) => ({ open: colour("--soft"), rejected: colour("--warm") })[item.verdict] ?? shown(state.about.colours.review);

addLayers((about) => {
  if (isNight(about)) return [];
  const events = review.marks.filter((mark) => mark.verdict !== "rejected").map((mark) => [mark.onset, mark.offset, mark.type]);
  return [{ name: "review", colour: about.colours.review, events }];
});

export function beginReview(parent) {
  const strip = new Strip(parent, "review", "Review", 34);
  listenToStrip(strip.canvas);
  beginPanel();
  return strip;
}

export function openReview(recording) {
  forgetNote();
  return openReviews(recording, remembered()).then(plan);
}

const byUndo = (action, words) => () => say(action() ? `The last change is ${words}ne.` : `Nothing to ${words}.`);
const inSleep = (stage, other) => () => asReviewer(() => (night() ? stage() : other?.()));

// Keys of the page and, where only Ctrl tells them apart, below in `listenToUndo`.
const OWN = [
  ["n", "next event", () => step(1, night()) || say("There is no later event.")],
  ["p", "previous event", () => step(-1, night()) || say("There is no earlier event.")],
  ["a", "accept the chosen event; sleep: the model's stage", () => (night() ? asReviewer(() => acceptStages()) : onChosen(accept)())],
  ["r", "reject the chosen event", onChosen(reject)],
  ["d", "add an event in the middle of the page", addHere],
  [",", "onset 0.5 s earlier", onChosen((item) => moveEdge(item, "onset", -STEP))],
  [".", "onset 0.5 s later", onChosen((item) => moveEdge(item, "onset", STEP))],
  ["<", "end 0.5 s earlier", onChosen((item) => moveEdge(item, "offset", -STEP))],
  [">", "end 0.5 s later", onChosen((item) => moveEdge(item, "offset", STEP))],
  ["y", "type of the chosen event", onChosen(() => focusOn("[name=type]"))],
  ["c", "comment on the chosen event", onChosen((item) => (item.verdict === "open" ? say("Accept or reject the event first.") : focusOn("textarea")))],
  ["Delete", "take the verdict back; sleep: remove the stage", () => (night() ? asReviewer(removeStages) : onChosen((item) => replace(item, null))())],
  ["w", "this page is reviewed, or not", inSleep(() => say(SLEEP_REVIEWED), () => markReviewed(view()))],
  ["W", "the whole recording is reviewed, or not", inSleep(() => say(SLEEP_REVIEWED), () => markReviewed([0, state.about.seconds]))],
  ["u", "undo (Ctrl+Z)", byUndo(undo, "undo")],
  ["U", "redo (Ctrl+Shift+Z)", byUndo(redo, "redo")],
  ...["W", "N1", "N2", "N3", "REM"].map((stage, i) => [String(i), `sleep: the epoch is ${stage}`, inSleep(() => setStage(stage))]),
];

export function listenToReview() {
  for (const [key, words, action] of OWN) KEYS.set(key, [words, () => { action(); plan(); }]);
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.closest?.("input, textarea")) return;
    event.preventDefault();
    KEYS.get(event.shiftKey ? "U" : "u")[1]();
  });
}

export function drawReview(strip, width) {
  strip.begin(width);
  drawPanel();
  const ctx = strip.context;
  const bottom = strip.height - 5;
  ctx.fillStyle = shown(state.about.colours.review);
  for (const [start, stop] of review.reviewed) ctx.fillRect(xOf(start, width), bottom + 1, xOf(stop, width) - xOf(start, width), 4);
  if (night()) {
    drawReviewedStages(strip, width, bottom);
    return;
  }
  const { made, all } = itemsWhileDragging();
  const here = all.filter((item) => item.offset > state.start && item.onset < state.start + state.seconds);
  ctx.font = "12px system-ui, sans-serif";
  for (const item of here) {
    const [x0, x1] = [xOf(item.onset, width), xOf(item.offset, width)];
    ctx.fillStyle = ctx.strokeStyle = colourOf(item);
    ctx.globalAlpha = item.verdict === "open" || item.verdict === "rejected" ? 0.15 : 0.35;
    ctx.fillRect(x0, TOP, Math.max(x1 - x0, 2), bottom - 2 * TOP);
    ctx.globalAlpha = 1;
    ctx.lineWidth = keyOf(item) === review.chosen || item === made ? 3 : 1;
    ctx.strokeRect(x0, TOP, Math.max(x1 - x0, 2), bottom - 2 * TOP);
    ctx.fillStyle = colour("--ink");
    const text = `${SIGNS[item.verdict]} ${item.type ?? "sz"}`;
    if (x1 - x0 > ctx.measureText(text).width + 10) ctx.fillText(text, Math.max(x0, 0) + 6, TOP + 15);
  }
  const words = here.map((item) => `${item.verdict} ${item.type ?? ""} from ${clock(item.onset, 1)} to ${clock(item.offset, 1)}`);
  strip.say(`Review of this page: ${words.slice(0, 6).join("; ") || "no event"}. Drag to add, or an edge to move it.`);
}
