// A reviewer's verdicts on the events of a recording: marks, undo, and storing without overwriting anybody.
import { plan, state } from "bandmap/state.js";
import { isInFolder } from "bandmap/data.js";

const WAIT = 400; // milliseconds without a change before a review is stored
const AGAIN = 4000; // before a server that did not answer is asked again
export const NONE = "none"; // revision of a review that is not stored yet

// The review that is open. A mark: {onset, offset, type, verdict, comment, source, proposed, confidence}.
export const review = {
  reviewer: "",
  source: "", // whose events are judged
  marks: [],
  reviewed: [], // [[start, stop]] that was looked at
  chosen: null, // [onset, offset, type] of the chosen event
  known: [], // reviews of this recording by all reviewers, as stored
  state: "", // "", "saved", "waiting", "saving", "conflict", "failed", "folder"
  words: "", // what the server says
  isTyping: false, // a comment that is not yet a part of the marks
};

let [revision, past, future, timer, name, stored, opening] = [NONE, [], [], 0, "", "", Promise.resolve()];

const address = () => `../reviewed/${name.split("/").map(encodeURIComponent).join("/")}`;
const copy = () => JSON.stringify({ marks: review.marks, reviewed: review.reviewed });

// Opens the reviews of a recording; `reviewer` may be "" until initials are given.
export function openReviews(recording, reviewer) {
  return (opening = read(recording, reviewer));
}

export const opened = () => opening;

async function read(recording, reviewer) {
  [name, past, future] = [recording, [], []];
  clearTimeout(timer);
  const sources = sourcesOf(state.about);
  Object.assign(review, { reviewer, known: [], marks: [], reviewed: [], chosen: null, state: isInFolder ? "folder" : "", words: "", source: sources[0] });
  revision = NONE;
  stored = copy();
  if (isInFolder) return;
  const answer = await fetch(address()).catch(() => null);
  if (name !== recording) return;
  if (!answer?.ok) {
    Object.assign(review, { state: "failed", words: answer ? await answer.text() : "The server does not answer; start `bandmap view` again." });
    return;
  }
  review.known = await answer.json();
  if (reviewer) adopt();
  review.words ||= review.known.find((one) => one.error)?.error ?? "";
}

// Takes the stored review of the reviewer, if there is one.
function adopt() {
  const mine = review.known.find((one) => one.reviewer === review.reviewer);
  Object.assign(review, { marks: mine?.marks ?? [], reviewed: mine?.reviewed ?? [], state: mine ? "saved" : "", words: "" });
  revision = mine?.revision ?? NONE;
  stored = copy();
  plan();
}

export function setReviewer(reviewer) {
  review.reviewer = reviewer;
  if (!review.marks.length && !review.reviewed.length) adopt();
}

export const sourcesOf = (about) => [...about.models.map((model) => model.name), "reference"];

export function proposalsOf(about) {
  const events = review.source === "reference" ? about.reference : about.models.find((model) => model.name === review.source)?.events ?? [];
  return events.filter(([, , label]) => !about.stages.includes(label)).map(([onset, offset, type]) => ({ onset, offset, type }));
}

const close = (a, b) => Math.abs(a - b) < 0.011; // tables have two decimals
export const isSame = (a, b) => close(a.onset, b.onset) && close(a.offset, b.offset) && a.type === b.type;

// Returns all that can be chosen, by onset: marks, and proposals without a verdict.
export function items() {
  const judged = (proposal) => review.marks.some((mark) => mark.proposed && mark.source === review.source && isSame(mark.proposed, proposal));
  const open = proposalsOf(state.about).filter((proposal) => !judged(proposal))
    .map((proposal) => ({ ...proposal, verdict: "open", comment: "", source: review.source, proposed: proposal }));
  return [...review.marks, ...open].sort((a, b) => a.onset - b.onset || a.offset - b.offset);
}

export const keyOf = (item) => JSON.stringify([item.source, item.proposed ?? [item.onset, item.offset, item.type]]);
export const chosen = () => items().find((item) => keyOf(item) === review.chosen) ?? null;
export const unjudged = ([start, stop]) => items().filter((item) => item.verdict === "open" && item.onset < stop && item.offset > start);

// Changes marks or reviewed time, as one step of undo.
export function edit(changes) {
  const before = copy();
  Object.assign(review, changes);
  review.marks.sort((a, b) => a.onset - b.onset || a.offset - b.offset);
  if (copy() === before) return;
  past.push(before);
  future = [];
  changed();
}

// Replaces an item by another one (or nothing), and chooses that.
export function replace(item, other) {
  const marks = review.marks.filter((mark) => keyOf(mark) !== keyOf(item));
  edit({ marks: other ? [...marks, other] : marks });
  if (other) review.chosen = keyOf(other);
}

function step(from, to) {
  if (!from.length) return false;
  to.push(copy());
  Object.assign(review, JSON.parse(from.pop()));
  changed();
  return true;
}

export const undo = () => step(past, future);
export const redo = () => step(future, past);
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

function changed() {
  if (!["conflict", "folder", "saving"].includes(review.state)) review.state = copy() === stored ? "saved" : "waiting";
  if (review.state === "waiting") later(WAIT);
  plan();
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(store, milliseconds);
}

async function store() {
  const [sent, of] = [copy(), name];
  Object.assign(review, { state: "saving", words: "" });
  plan();
  const body = JSON.stringify({ reviewer: review.reviewer, ...JSON.parse(sent) });
  const headers = { "Content-Type": "application/json", "If-Match": revision };
  const answer = await fetch(address(), { method: "PUT", body, headers }).catch(() => null);
  const found = await answer?.json().catch(() => null);
  if (of !== name) return;
  if (answer?.ok) {
    [revision, stored] = [found.revision, sent];
    review.state = "saved";
    changed();
  } else if (answer?.status === 412) {
    Object.assign(review, { state: "conflict", words: found?.error ?? "" });
  } else {
    Object.assign(review, { state: "failed", words: found?.error ?? "The server does not answer; start `bandmap view` again." });
    if (!answer) later(AGAIN);
  }
  plan();
}

// After a conflict: takes what is stored; what was here is one step of undo away.
export async function loadStored() {
  const mine = copy();
  const answer = await fetch(address()).catch(() => null);
  if (!answer?.ok) return;
  review.known = await answer.json();
  adopt();
  if (mine !== copy()) past.push(mine);
  plan();
}

export const retry = () => store();
export const isUnsaved = () => review.isTyping || ["waiting", "saving", "failed", "conflict"].includes(review.state) || (review.state === "folder" && past.length > 0);
addEventListener("beforeunload", (event) => { if (isUnsaved()) event.preventDefault(); });

const COLUMNS = ["onset", "duration", "eventType", "confidence", "channels", "dateTime", "recordingDuration",
  "verdict", "reviewer", "comment", "source", "proposedOnset", "proposedDuration", "proposedType"];

// A text as one field of a table; as `encoded` in bandmap/files/reviewed.py.
export function encoded(text) {
  const bytes = (letter) => [...new TextEncoder().encode(letter)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  const safe = text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029"%]|^[=+@-]/g, bytes);
  return safe === "n/a" ? "n%2Fa" : safe || "n/a";
}

// The review as the table that the server stores.
export function table() {
  const at = ({ onset, offset, type }) => [onset.toFixed(2), Math.max(offset - onset, 0.01).toFixed(2), type];
  const fixed = [state.about.seconds.toFixed(2)];
  const who = encoded(review.reviewer);
  const rows = review.reviewed.map(([onset, offset]) => [...at({ onset, offset, type: "bckg" }), "n/a", "n/a", "n/a", ...fixed, "reviewed", who, ...Array(5).fill("n/a")]);
  for (const mark of review.marks) {
    const type = mark.verdict === "rejected" ? "bckg" : mark.type;
    const proposed = mark.proposed ? at(mark.proposed) : ["n/a", "n/a", "n/a"];
    rows.push([...at({ ...mark, type }), mark.confidence?.toFixed(2) ?? "n/a", "n/a", "n/a", ...fixed, mark.verdict, who, encoded(mark.comment ?? ""), encoded(mark.source ?? ""), ...proposed]);
  }
  rows.sort((a, b) => a[0] - b[0]);
  if (!rows.length) rows.push(["0.00", "0.00", "bckg", "n/a", "n/a", "n/a", ...fixed, "n/a", who, ...Array(5).fill("n/a")]);
  return [COLUMNS, ...rows].map((row) => `${row.join("\t")}\n`).join("");
}

export function saveTable() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([table()], { type: "text/tab-separated-values" }));
  link.download = `${state.about.recording}_events.tsv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
