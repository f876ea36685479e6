// What a reviewer does to the events of a review, and what the page then says about it.
import { clock, plan, state } from "bandmap/state.js";
import { goTo } from "bandmap/events.js";
import * as spans from "bandmap/spans.js";
import { chosen, edit, items, keyOf, opened, replace, review, setReviewer, unjudged } from "bandmap/review.js";

export const SHORTEST = 0.5; // seconds
const REMEMBERED = "bandmap-initials";

export let note = "";

export const view = () => [state.start, Math.min(state.start + state.seconds, state.about.seconds)];
export const snapped = (t) => Math.min(Math.max(Math.round(t * 10) / 10, 0), state.about.seconds);
export const remembered = () => localStorage.getItem(REMEMBERED) ?? "";

// Runs an action with the reviewer's initials, which are asked for once.
export async function asReviewer(action) {
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

export const onChosen = (action) => () => asReviewer(() => {
  const item = chosen();
  if (item) action(item);
  else say("Choose an event first: click it, or press n or p.");
});

// Says what an action has done, in the panel.
export function say(text) {
  note = text;
  plan();
}

export function forgetNote() {
  note = "";
}

// The item as it is now: a comment may have been stored since it was drawn.
export const fresh = (item) => items().find((one) => keyOf(one) === keyOf(item)) ?? item;

const judged = (item, verdict) => ({ ...item, ...(item.proposed ?? {}), comment: item.comment, verdict });

export function accept(item) {
  if (item.verdict !== "added") replace(item, judged(item, "accepted"));
  say(`Accepted: ${item.type} at ${clock(item.onset)}.`);
}

export function reject(item) {
  if (item.verdict === "added") replace(item, null);
  else replace(item, judged(item, "rejected"));
  say(`${item.verdict === "added" ? "Removed" : "Rejected"}: ${item.type} at ${clock(item.onset)}.`);
}

// Gives an item other ends or another type.
export function altered(item, changes) {
  const next = { ...item, ...changes };
  const isAsProposed = item.proposed && item.proposed.onset === next.onset && item.proposed.offset === next.offset && item.proposed.type === next.type;
  return { ...next, verdict: !item.proposed ? "added" : isAsProposed ? "accepted" : "moved" };
}

export function moveEdge(item, edge, by) {
  const t = snapped(item[edge] + by);
  if (edge === "onset" ? t > item.offset - SHORTEST : t < item.onset + SHORTEST) return;
  replace(item, altered(item, { [edge]: t }));
  say(`${edge === "onset" ? "Onset" : "End"}: ${clock(t, 1)}.`);
}

export function add(onset, offset) {
  const mark = { onset, offset, type: "sz", verdict: "added", comment: "", source: "", proposed: null, confidence: null };
  edit({ marks: [...review.marks, mark] });
  review.chosen = keyOf(mark);
  say(`Added: sz from ${clock(onset, 1)} to ${clock(offset, 1)}.`);
}

export function addHere() {
  const [start, stop] = view();
  const third = (stop - start) / 3;
  asReviewer(() => add(snapped(start + third), Math.max(snapped(stop - third), snapped(start + third) + SHORTEST)));
}

export function markReviewed(span) {
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
