// From event to event: those of the review, and all others that overlap none of them.
import { state } from "bandmap/state.js";
import { allEvents, goTo } from "bandmap/events.js";
import { items, keyOf, review } from "bandmap/review.js";

let landed = { key: "", start: -1 }; // where the last step led

const overlap = (a, b) => a.onset < b.offset && b.onset < a.offset;

// Returns the stops of a recording by onset: {onset, key, isItem}.
function stops(isNight) {
  const own = isNight ? [] : items();
  const found = own.map((item) => ({ onset: item.onset, key: keyOf(item), isItem: true }));
  let end = -1;
  for (const event of allEvents()) {
    if (event.layer.name === "review" || own.some((item) => overlap(item, event))) continue;
    if (event.onset >= end) found.push({ onset: event.onset, key: `${event.onset}`, isItem: false });
    end = Math.max(end, event.offset);
  }
  return found.sort((a, b) => a.onset - b.onset);
}

// Goes to the next (1) or the previous (-1) event and chooses it; returns whether there is one.
export function step(direction, isNight) {
  const all = stops(isNight);
  const isLanded = state.start === landed.start;
  const here = state.start + (isLanded ? state.seconds * 0.2 : 0); // a step leads there; a page that was turned begins at its edge
  const key = review.chosen ?? (isLanded ? landed.key : "");
  const at = all.findIndex((stop) => stop.key === key);
  const isLater = (stop) => stop.onset > here + (stop.isItem ? -0.05 : 0.05); // one that begins here is still to be chosen
  const isEarlier = (stop) => stop.onset < here - 0.05;
  const next = at >= 0 ? all[at + direction] : direction > 0 ? all.find(isLater) : all.findLast(isEarlier);
  if (!next) return false;
  review.chosen = next.isItem ? next.key : null;
  goTo(next.onset);
  landed = { key: next.key, start: state.start };
  return true;
}
