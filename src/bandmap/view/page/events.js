// The events of a recording, in layers: the reference, then each model's.
import { change, clock, duration, state } from "bandmap/state.js";
import { shown, xOf } from "bandmap/strip.js";

const layers = []; // of functions: about -> [{name, colour, events: [[onset, offset, label]]}]

// Adds layers of events; they are asked for again at each drawing.
export function addLayers(layer) {
  layers.push(layer);
}

addLayers((about) => [
  { name: "reference", colour: about.colours.reference, events: about.reference },
  ...about.models.map((model, i) => ({ name: model.name, model: i, colour: colourOfModel(about, i), events: model.events })),
]);

export const colourOfModel = (about, i) => about.colours.models[i % about.colours.models.length];

// Returns the layers without sleep stages, which have strips of their own.
export function eventLayers() {
  const { about } = state;
  return layers.flatMap((layer) => layer(about)).map((layer) => ({
    ...layer,
    events: layer.events.filter(([, , label]) => !about.stages.includes(label)),
  }));
}

// Returns all events by onset: {onset, offset, label, layer}.
export function allEvents() {
  return eventLayers()
    .flatMap((layer) => layer.events.map(([onset, offset, label]) => ({ onset, offset, label, layer })))
    .sort((a, b) => a.onset - b.onset || a.offset - b.offset);
}

// The events that are marked in the traces: the reference, or else the chosen model's.
export function marked() {
  const found = eventLayers();
  return found[0].events.length ? found[0].events : (found.find((layer) => layer.model === state.model)?.events ?? []);
}

export function goTo(seconds) {
  change({ start: seconds - state.seconds * 0.2 });
}

export function drawEvents(strip, width) {
  strip.begin(width);
  const { context } = strip;
  const found = eventLayers();
  const height = strip.height / found.length;
  const words = [];
  found.forEach((layer, row) => {
    context.fillStyle = shown(layer.colour);
    let n = 0;
    for (const [onset, offset] of layer.events) {
      const [x0, x1] = [xOf(onset, width), xOf(offset, width)];
      if (x1 < 0 || x0 > width) continue;
      n += 1;
      context.fillRect(Math.max(x0, -5), row * height + 2, Math.max(Math.min(x1, width + 5) - Math.max(x0, -5), 2), height - 4);
    }
    words.push(`${layer.name}: ${n || "none"}`);
  });
  strip.say(`Events on this page. ${words.join("; ")}`);
}

// Lists the events beside the page.
export function listEvents(parent) {
  const events = allEvents();
  const title = document.createElement("h2");
  title.textContent = `Events (${events.length})`;
  const list = document.createElement("ol");
  list.className = "events";
  for (const event of events.slice(0, 1000)) {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => goTo(event.onset));
    const mark = document.createElement("span");
    mark.className = "mark";
    mark.style.background = shown(event.layer.colour);
    button.append(mark, `${clock(event.onset)}  ${event.label}, ${duration(event.offset - event.onset)}`);
    const small = document.createElement("small");
    small.textContent = event.layer.name;
    button.append(small);
    list.append(Object.assign(document.createElement("li")));
    list.lastChild.append(button);
  }
  parent.replaceChildren(title, list);
  if (!events.length) list.append(Object.assign(document.createElement("li"), { textContent: "There are no events." }));
}
