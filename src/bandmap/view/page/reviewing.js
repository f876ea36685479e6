// The review beside and below the traces: its panel, its strip, its keys and its mouse.
import { clock, duration, plan, state } from "bandmap/state.js";
import { colour, shown, Strip, xOf } from "bandmap/strip.js";
import { addLayers, goTo } from "bandmap/events.js";
import { isNight } from "bandmap/night.js";
import { KEYS } from "bandmap/tools.js";
import * as spans from "bandmap/spans.js";
import { step } from "bandmap/stepping.js";
import { acceptStages, drawReviewedStages, removeStages, setStage, stageAt } from "bandmap/stages.js";
import {
  canRedo, canUndo, chosen, edit, items, keyOf, loadStored, opened, openReviews, redo, replace, retry, review, saveTable,
  setReviewer, sourcesOf, undo, unjudged,
} from "bandmap/review.js";

const NEAR = 6; // pixels from an edge that is dragged
const STEP = 0.5; // seconds that a key moves an edge
const SHORTEST = 0.5;
const REMEMBERED = "bandmap-initials";
const TOP = 4;

const SLEEP_REVIEWED = "Epochs with a stage of yours are reviewed.";
const SIGNS = { open: "?", accepted: "✓", rejected: "✗", moved: "↔", added: "+" };
const WORDS = {
  "": "Nothing to save", saved: "Saved", waiting: "Not saved yet", saving: "Saving …", conflict: "Not saved: conflict", failed: "Not saved",
  folder: "Not saved: a folder has no server; save the table",
};

let [strip, panel, drag, isHeld, note] = [null, null, null, false, ""];
const drawn = new Map(); // part of the panel -> what it shows

const night = () => isNight(state.about);
const view = () => [state.start, Math.min(state.start + state.seconds, state.about.seconds)];
const snapped = (t) => Math.min(Math.max(Math.round(t * 10) / 10, 0), state.about.seconds);
const colourOf = (item) => ({ open: colour("--soft"), rejected: colour("--warm") })[item.verdict] ?? shown(state.about.colours.review);

addLayers((about) => {
  if (isNight(about)) return [];
  const events = review.marks.filter((mark) => mark.verdict !== "rejected").map((mark) => [mark.onset, mark.offset, mark.type]);
  return [{ name: "review", colour: about.colours.review, events }];
});

export function beginReview(parent) {
  strip = new Strip(parent, "review", "Review", 34);
  strip.canvas.classList.add("edits");
  strip.canvas.addEventListener("pointerdown", press);
  strip.canvas.addEventListener("pointermove", move);
  strip.canvas.addEventListener("pointerup", release);
  panel = document.getElementById("review");
  panel.replaceChildren(element("h2", {}), element("div", { id: "review-state" }), element("div", { id: "review-event" }));
  panel.addEventListener("pointerdown", () => { isHeld = true; });
  panel.addEventListener("focusout", plan);
  drawn.clear();
  return strip;
}

// A panel that is drawn anew between the press and the release of a button would lose the click.
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => { isHeld = false; plan(); }));

export function openReview(recording) {
  note = "";
  return openReviews(recording, localStorage.getItem(REMEMBERED) ?? "").then(plan);
}

// Runs an action with the reviewer's initials, which are asked for once.
async function asReviewer(action) {
  await opened(); // what is stored comes first
  if (review.reviewer) {
    action();
    plan();
    return;
  }
  const dialog = document.getElementById("initials");
  const field = dialog.querySelector("input");
  const known = [...new Set(review.known.map((one) => one.reviewer).filter(Boolean))];
  dialog.querySelector("datalist").replaceChildren(...known.map((one) => new Option(one)));
  dialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    const initials = field.value.trim();
    if (!initials) return;
    localStorage.setItem(REMEMBERED, initials);
    dialog.close();
    setReviewer(initials);
    action();
    plan();
  };
  dialog.showModal();
  field.focus();
}

const onChosen = (action) => () => asReviewer(() => {
  const item = chosen();
  if (item) action(item);
  else say("Choose an event first: click it, or press n or p.");
});

// Says what an action has done, in the panel.
function say(text) {
  note = text;
  plan();
}

// The item as it is now: a comment may have been stored since it was drawn.
const fresh = (item) => items().find((one) => keyOf(one) === keyOf(item)) ?? item;

const judged = (item, verdict) => ({ ...item, ...(item.proposed ?? {}), comment: item.comment, verdict });

function accept(item) {
  if (item.verdict !== "added") replace(item, judged(item, "accepted"));
  say(`Accepted: ${item.type} at ${clock(item.onset)}.`);
}

function reject(item) {
  if (item.verdict === "added") replace(item, null);
  else replace(item, judged(item, "rejected"));
  say(`${item.verdict === "added" ? "Removed" : "Rejected"}: ${item.type} at ${clock(item.onset)}.`);
}

// Gives an item other ends or another type.
function altered(item, changes) {
  const next = { ...item, ...changes };
  const isAsProposed = item.proposed && item.proposed.onset === next.onset && item.proposed.offset === next.offset && item.proposed.type === next.type;
  return { ...next, verdict: !item.proposed ? "added" : isAsProposed ? "accepted" : "moved" };
}

function moveEdge(item, edge, by) {
  const t = snapped(item[edge] + by);
  if (edge === "onset" ? t > item.offset - SHORTEST : t < item.onset + SHORTEST) return;
  replace(item, altered(item, { [edge]: t }));
  say(`${edge === "onset" ? "Onset" : "End"}: ${clock(t, 1)}.`);
}

function add(onset, offset) {
  const mark = { onset, offset, type: "sz", verdict: "added", comment: "", source: "", proposed: null, confidence: null };
  edit({ marks: [...review.marks, mark] });
  review.chosen = keyOf(mark);
  say(`Added: sz from ${clock(onset, 1)} to ${clock(offset, 1)}.`);
}

function addHere() {
  const [start, stop] = view();
  const third = (stop - start) / 3;
  asReviewer(() => add(snapped(start + third), Math.max(snapped(stop - third), snapped(start + third) + SHORTEST)));
}

function markReviewed(span) {
  const missing = unjudged(span);
  if (missing.length) {
    say(`${missing.length} event${missing.length > 1 ? "s have" : " has"} no verdict there; judge ${missing.length > 1 ? "them" : "it"} first.`);
    review.chosen = keyOf(missing[0]);
    goTo(missing[0].onset);
    return;
  }
  const isDone = spans.covers(review.reviewed, span);
  edit({ reviewed: isDone ? spans.without(review.reviewed, span) : spans.joined([...review.reviewed, span]) });
  say(isDone ? "This time is no longer marked as reviewed." : "This time is marked as reviewed.");
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
  ["y", "type of the chosen event", onChosen(() => panel.querySelector("[name=type]")?.focus())],
  ["c", "comment on the chosen event", onChosen((item) => (item.verdict === "open" ? say("Accept or reject the event first.") : panel.querySelector("textarea")?.focus()))],
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

const timeAt = (event) => {
  const box = strip.canvas.getBoundingClientRect();
  return state.start + ((event.clientX - box.left) / box.width) * state.seconds;
};

function press(event) {
  if (night()) return;
  const t = timeAt(event);
  const near = (NEAR / strip.canvas.clientWidth) * state.seconds;
  const edges = items().flatMap((item) => [[item, "onset"], [item, "offset"]]);
  const hit = edges.filter(([item, edge]) => Math.abs(item[edge] - t) <= near).sort((a, b) => Math.abs(a[0][a[1]] - t) - Math.abs(b[0][b[1]] - t))[0];
  const inside = items().find((item) => item.onset <= t && t <= item.offset);
  strip.canvas.setPointerCapture(event.pointerId);
  if (hit) drag = { item: hit[0], edge: hit[1], from: t, to: t };
  else drag = { item: inside, edge: inside ? "" : "new", from: t, to: t };
  if (drag.item) review.chosen = keyOf(drag.item);
  plan();
}

function move(event) {
  const t = timeAt(event);
  if (drag) {
    drag.to = t;
    plan();
    return;
  }
  const near = (NEAR / strip.canvas.clientWidth) * state.seconds;
  const isEdge = !night() && items().some((item) => Math.min(Math.abs(item.onset - t), Math.abs(item.offset - t)) <= near);
  strip.canvas.style.cursor = isEdge ? "ew-resize" : "crosshair";
}

function release() {
  const made = dragged();
  const was = drag;
  drag = null;
  plan();
  if (!was || !made) return;
  asReviewer(() => (was.edge === "new" ? add(made.onset, made.offset) : replace(was.item, made)));
  plan();
}

// What the drag makes so far; null if it is too short to mean anything.
function dragged() {
  if (!drag || drag.edge === "" || Math.abs(drag.to - drag.from) / state.seconds < 0.004) return null;
  if (drag.edge === "new") {
    const [onset, offset] = [drag.from, drag.to].sort((a, b) => a - b).map(snapped);
    return offset - onset >= SHORTEST ? { onset, offset, verdict: "added" } : null;
  }
  const t = snapped(drag.to);
  const item = fresh(drag.item);
  const { onset, offset } = item;
  return altered(item, drag.edge === "onset" ? { onset: Math.min(t, offset - SHORTEST) } : { offset: Math.max(t, onset + SHORTEST) });
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
  const made = dragged();
  const all = items().map((item) => (made && drag.item && keyOf(item) === keyOf(drag.item) ? made : item));
  if (made && drag.edge === "new") all.push(made);
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

function button(text, key, action, isOff = false) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, disabled: isOff });
  if (key) made.title = `${KEYS.get(key)[0]} (key ${key})`;
  made.addEventListener("click", action ?? (() => KEYS.get(key)[1]()));
  return made;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// Draws a part of the panel again if what it shows has changed, unless somebody is just using it.
function drawPart(id, shown, children) {
  const part = panel.querySelector(`#${id}`);
  const key = JSON.stringify([state.about.dataset, state.about.recording, shown]);
  const active = part.contains(document.activeElement) ? document.activeElement : null;
  if (key === drawn.get(id) || isHeld || active?.matches("textarea, input")) return;
  drawn.set(id, key);
  part.replaceChildren(...children());
  if (active) [...part.querySelectorAll("button, select")].find((one) => (one.name || one.textContent) === (active.name || active.textContent))?.focus();
}

function drawPanel() {
  const title = review.reviewer ? `Review by ${review.reviewer}` : "Review";
  if (panel.firstChild.textContent !== title) panel.firstChild.textContent = title;
  const { marks, reviewed, source, words } = review;
  drawPart("review-state", [review.state, words, note, marks, reviewed, source, canUndo(), canRedo(), night() && stageAt(state.start)], () => [
    element("p", { id: "saved", className: review.state, textContent: WORDS[review.state], role: "status" }),
    ...(words ? [element("p", { className: "quiet", textContent: words })] : []),
    ...(review.state === "conflict" ? [element("p", {}, button("Load what is stored", "", loadStored), " Yours stays one undo away.")] : []),
    ...(review.state === "failed" ? [button("Try again", "", retry)] : []),
    element("p", { className: "quiet", textContent: progress() }),
    element("p", { id: "note", role: "status", textContent: note }),
    element("div", { className: "row" }, ...(night() ? [] : [button("Page reviewed", "w"), button("All reviewed", "W")]), button("Undo", "u", null, !canUndo()), button("Redo", "U", null, !canRedo()), button("Save the table", "", saveTable)),
    night() ? stageWords() : sources(),
  ]);
  drawPart("review-event", night() ? [] : [chosen(), review.chosen], () => (night() ? [] : [editor()]));
}

function progress() {
  const share = Math.floor((100 * spans.total(review.reviewed)) / state.about.seconds);
  const open = night() ? "" : `${items().filter((item) => item.verdict === "open").length} of ${items().length} events without a verdict; `;
  return `${open}${share} % of the time reviewed.`;
}

function stageWords() {
  const stage = stageAt(state.start);
  return element("p", { textContent: `Epoch at ${clock(state.start)}: ${stage ?? "no stage yet"}. Keys 0 to 4: W, N1, N2, N3, REM; a: as the model.` });
}

function sources() {
  const select = element("select", { name: "source" });
  select.append(...sourcesOf(state.about).map((name) => new Option(name, name, false, name === review.source)));
  select.addEventListener("change", () => { Object.assign(review, { source: select.value, chosen: null }); plan(); });
  return element("label", { className: "quiet" }, "Events of ", select);
}

function editor() {
  const item = chosen();
  if (!item) {
    return element("div", {}, element("p", { className: "quiet", textContent: "Choose an event: click it in the strip “Review”, or press n." }), button("Add an event", "d"));
  }
  const fields = ["onset", "offset"].map((edge) => {
    const input = element("input", { type: "number", name: edge, step: "0.1", min: "0", max: String(state.about.seconds), value: String(+item[edge].toFixed(2)) });
    input.addEventListener("change", () => asReviewer(() => {
      const [t, now] = [Number(input.value), fresh(item)];
      const fits = input.value !== "" && (edge === "onset" ? t >= 0 && t < now.offset : t > now.onset && t <= state.about.seconds);
      if (fits) replace(now, altered(now, { [edge]: t }));
      else { drawn.clear(); say("The end must be after the onset, within the recording."); }
      plan();
    }));
    return element("label", {}, edge === "onset" ? "from " : "to ", input, " s");
  });
  const type = element("select", { name: "type" });
  const types = { ...state.about.types, ...(item.type in state.about.types ? {} : { [item.type]: item.type }) };
  type.append(...Object.entries(types).map(([code, words]) => new Option(words === code ? code : `${words} (${code})`, code, false, code === item.type)));
  type.addEventListener("change", () => asReviewer(() => { replace(fresh(item), altered(fresh(item), { type: type.value })); plan(); }));
  const comment = element("textarea", { name: "comment", rows: 2, maxLength: 2000, value: item.comment ?? "", disabled: item.verdict === "open", placeholder: item.verdict === "open" ? "a comment needs a verdict" : "comment" });
  comment.setAttribute("aria-label", "Comment");
  comment.addEventListener("input", () => { review.isTyping = true; });
  comment.addEventListener("change", () => asReviewer(() => {
    review.isTyping = false;
    const now = fresh(item);
    const isChosen = review.chosen;
    replace(now, { ...now, comment: comment.value.trim() });
    review.chosen = isChosen;
    plan();
  }));
  return element("div", { id: "chosen" },
    element("p", { textContent: `${SIGNS[item.verdict]} ${item.verdict}${item.source ? `, of ${item.source}` : ""}: ${clock(item.onset, 1)}, ${duration(item.offset - item.onset)}` }),
    element("div", { className: "row" }, button("Accept", "a", null, item.verdict === "added"), button(item.verdict === "added" ? "Remove" : "Reject", "r"), ...(item.verdict === "added" ? [] : [button("Take back", "Delete", null, item.verdict === "open")]), button("Add", "d")),
    element("div", { className: "row" }, ...fields), element("label", { className: "quiet" }, "Type ", type), comment);
}
