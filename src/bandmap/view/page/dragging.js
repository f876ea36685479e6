// The mouse on the strip of the review: it chooses an event, moves its ends, and adds an event.
import { plan, state } from "bandmap/state.js";
import { isNight } from "bandmap/night.js";
import { items, keyOf, replace, review } from "bandmap/review.js";
import { add, altered, asReviewer, fresh, SHORTEST, snapped } from "bandmap/verdicts.js";

const NEAR = 6; // pixels from an edge that is dragged

let [canvas, drag] = [null, null];

export function listenToStrip(made) {
  canvas = made;
  canvas.classList.add("edits");
  canvas.addEventListener("pointerdown", press);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", release);
}

const timeAt = (event) => {
  const box = canvas.getBoundingClientRect();
  return state.start + ((event.clientX - box.left) / box.width) * state.seconds;
};

function press(event) {
  if (isNight(state.about)) return;
  const t = timeAt(event);
  const near = (NEAR / canvas.clientWidth) * state.seconds;
  const edges = items().flatMap((item) => [[item, "onset"], [item, "offset"]]);
  const hit = edges.filter(([item, edge]) => Math.abs(item[edge] - t) <= near).sort((a, b) => Math.abs(a[0][a[1]] - t) - Math.abs(b[0][b[1]] - t))[0];
  const inside = items().find((item) => item.onset <= t && t <= item.offset);
  canvas.setPointerCapture(event.pointerId);
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
  const near = (NEAR / canvas.clientWidth) * state.seconds;
  const isEdge = !isNight(state.about) && items().some((item) => Math.min(Math.abs(item.onset - t), Math.abs(item.offset - t)) <= near);
  canvas.style.cursor = isEdge ? "ew-resize" : "crosshair";
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

// The events with what the drag makes so far in their place.
export function itemsWhileDragging() {
  const made = dragged();
  const all = items().map((item) => (made && drag.item && keyOf(item) === keyOf(drag.item) ? made : item));
  return { made, all: made && drag.edge === "new" ? [...all, made] : all };
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
