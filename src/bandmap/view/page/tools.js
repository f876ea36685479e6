// The bar above the page, and every key.
import { change, clock, duration, PAGES, SCALES, state } from "bandmap/state.js";
import { HIGH_PASS, LOW_PASS, NOTCH } from "bandmap/filters.js";
import { MONTAGES, obstacle, rowsOf } from "bandmap/montage.js";
import { interpretations } from "bandmap/importance.js";
import { saveSvg } from "bandmap/picture.js";
import { current, fittingScale } from "bandmap/traces.js";

const THEMES = ["", "light", "dark"];

const after = (list, value, by) => list[(list.indexOf(value) + by + list.length) % list.length];

function near(list, value, by) {
  const next = by > 0 ? list.find((one) => one > value * 1.001) : list.findLast((one) => one < value * 0.999);
  return next ?? (by > 0 ? list.at(-1) : list[0]);
}

export function say(text) {
  document.getElementById("status").textContent = text;
}

let running = 0;

// Changes the seconds of the page in a few frames, around a moment that stays where it is.
export function zoomTo(seconds, around = state.start + state.seconds / 2) {
  const most = Math.max(state.about.seconds, PAGES[0]);
  const [from, to] = [state.seconds, Math.min(seconds, most)];
  const share = (around - state.start) / from;
  const frames = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 12;
  let frame = 0;
  const mine = (running += 1);
  const next = () => {
    if (mine !== running) return;
    frame += 1;
    const now = from * (to / from) ** (frame / frames);
    change({ seconds: now, start: around - share * now });
    if (frame < frames) requestAnimationFrame(next);
  };
  next();
}

function setMontage(by) {
  let montage = state.montage;
  let refused = "";
  for (let tries = 0; tries < MONTAGES.length; tries++) {
    montage = after(MONTAGES, montage, by);
    const reason = obstacle(state.about, montage);
    if (!reason) break;
    refused ||= `${montage}: ${reason}`;
  }
  change({ montage, row: 0 });
  say(refused ? `Not ${refused}.` : `Montage: ${montage}.`);
}

function chooseModel(i) {
  if (state.about.models[i]) change({ model: i });
}

const turn = (share) => change({ start: state.start + share * state.seconds });
const zoom = (by) => zoomTo(near([...PAGES, state.about.seconds].sort((a, b) => a - b), state.seconds, by));

// Key -> [words, action]; other modules may add their own.
export const KEYS = new Map([
  ["ArrowRight", ["next page", () => turn(1)]],
  ["ArrowLeft", ["previous page", () => turn(-1)]],
  ["Shift+ArrowRight", ["a tenth of a page forwards", () => turn(0.1)]],
  ["Shift+ArrowLeft", ["a tenth of a page back", () => turn(-0.1)]],
  ["Home", ["begin of the recording", () => change({ start: 0 })]],
  ["End", ["end of the recording", () => change({ start: state.about.seconds })]],
  ["ArrowUp", ["larger traces (fewer µV/cm)", () => change({ scale: near(SCALES, state.scale, -1) })]],
  ["ArrowDown", ["smaller traces (more µV/cm)", () => change({ scale: near(SCALES, state.scale, 1) })]],
  ["s", ["a scale that fits", () => change({ scale: fittingScale(SCALES) })]],
  ["]", ["more seconds per page", () => zoom(1)]],
  ["[", ["fewer seconds per page", () => zoom(-1)]],
  ["z", ["whole recording, or 10 s", () => zoomTo(state.seconds < state.about.seconds ? state.about.seconds : 10)]],
  ["m", ["next montage", () => setMontage(1)]],
  ["h", ["next high-pass filter", () => change({ highPass: after(HIGH_PASS, state.highPass, 1) })]],
  ["l", ["next low-pass filter", () => change({ lowPass: after(LOW_PASS, state.lowPass, 1) })]],
  ["o", ["next notch filter", () => change({ notch: after(NOTCH, state.notch, 1) })]],
  ["j", ["next channel down, for the power", () => change({ row: Math.min(state.row + 1, current().rows.length - 1) })]],
  ["k", ["next channel up", () => change({ row: Math.max(state.row - 1, 0) })]],
  ["v", ["next model", () => chooseModel((state.model + 1) % Math.max(state.about.models.length, 1))]],
  ["i", ["importance on or off", () => change({ importance: !state.importance })]],
  ["q", ["quality on or off", () => change({ quality: !state.quality })]],
  ["t", ["theme: as the system, light, dark", () => change({ theme: after(THEMES, state.theme, 1) })]],
  ["g", ["save the view as SVG", () => saveSvg()]],
  ["P", ["print", () => print()]],
  ["?", ["this help", () => help()]],
]);

export function listen() {
  addEventListener("keydown", (event) => {
    const isField = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (isField || event.ctrlKey || event.metaKey || event.altKey || !state.about) return;
    const isName = event.key.length > 1;
    const entry = KEYS.get(isName && event.shiftKey ? `Shift+${event.key}` : event.key);
    const open = document.getElementById("help").open;
    if (!entry || (open && event.key !== "?")) return;
    event.preventDefault();
    entry[1]();
  });
}

function help() {
  const dialog = document.getElementById("help");
  if (dialog.open) {
    dialog.close();
    return;
  }
  const title = Object.assign(document.createElement("h2"), { textContent: "Keys" });
  const list = document.createElement("dl");
  for (const [key, [words]] of KEYS) {
    const name = document.createElement("dt");
    name.append(...key.split(/\+(?=.)/).map((part) => Object.assign(document.createElement("kbd"), { textContent: part.replace("Arrow", "") })));
    list.append(name, Object.assign(document.createElement("dd"), { textContent: words }));
  }
  const wheel = Object.assign(document.createElement("p"), {
    textContent: "The wheel moves through time; with Ctrl it zooms. Click the strip of the whole recording to go there. Negative is up.",
  });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Close (Esc)" });
  button.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(title, list, wheel, button);
  dialog.showModal();
}

function choice(label, key, options, value, change) {
  const words = document.createElement("label");
  words.append(`${label} `);
  const select = document.createElement("select");
  select.title = `${label} (key ${key})`;
  for (const [text, one, reason] of options) {
    const option = new Option(text, String(one), false, one === value);
    option.disabled = Boolean(reason);
    if (reason) option.title = reason;
    select.append(option);
  }
  select.addEventListener("change", () => change(options[select.selectedIndex][1]));
  words.append(select);
  return words;
}

function button(text, key, action) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, title: `${KEYS.get(key)[0]} (key ${key})` });
  made.setAttribute("aria-label", KEYS.get(key)[0]);
  made.addEventListener("click", action ?? KEYS.get(key)[1]);
  return made;
}

let shownTools = "";

// Draws the bar again if something in it has changed.
export function drawTools() {
  const { about } = state;
  const key = JSON.stringify([about.recording, about.dataset, state.seconds, state.scale, state.montage, state.highPass, state.lowPass, state.notch, state.model]);
  if (key === shownTools) return;
  const parent = document.getElementById("tools");
  const had = [...parent.querySelectorAll("select, button")].indexOf(document.activeElement);
  shownTools = key;
  const own = about.settings;
  const pages = [...new Set([...PAGES.filter((one) => one < about.seconds), +state.seconds.toFixed(1), about.seconds])].sort((a, b) => a - b);
  const hz = (kind) => (one) => [one ? `${one} Hz` : kind, one];
  parent.replaceChildren(
    button("◀", "ArrowLeft"), button("▶", "ArrowRight"), button("◁ event", "p"), button("event ▷", "n"),
    choice("Page", "[ ]", pages.map((one) => [one === about.seconds ? `all (${duration(one)})` : duration(one), one]), +state.seconds.toFixed(1), zoomTo),
    choice("Scale", "up and down", SCALES.map((one) => [`${one} µV/cm`, one]), state.scale, (scale) => change({ scale })),
    choice("Montage", "m", MONTAGES.map((one) => [one === "recorded" ? `recorded (${own.montage ?? "unknown"})` : one, one, obstacle(about, one)]), state.montage, (montage) => change({ montage, row: 0 })),
    choice("High-pass", "h", HIGH_PASS.map(hz(`${own.high_pass_hz ?? 0} Hz`)), state.highPass, (highPass) => change({ highPass })),
    choice("Low-pass", "l", LOW_PASS.map(hz(`${own.low_pass_hz ?? "–"} Hz`)), state.lowPass, (lowPass) => change({ lowPass })),
    choice("Notch", "o", NOTCH.map(hz(own.notch_hz?.length ? `as recorded (${own.notch_hz.join(", ")})` : "none")), state.notch, (notch) => change({ notch })),
    ...(about.models.length > 1 ? [choice("Model", "v", about.models.map((model, i) => [model.name, i]), state.model, chooseModel)] : []),
    button("SVG", "g"), button("Print", "P"),
  );
  if (had >= 0) parent.querySelectorAll("select, button")[had]?.focus();
}

// Says what the page cannot show, in the words of a sentence; "" if it shows all.
export function remark() {
  const { about } = state;
  const { isLong, isComputed, cut } = current();
  const filters = state.highPass || state.lowPass || state.notch;
  return [
    isLong && filters ? "Filters act on pages of up to about two minutes; longer pages show the recording as harmonized." : "",
    isComputed ? `Pages this long show the recorded channels, not the montage “${state.montage}”.` : "",
    state.importance && interpretations("channels").length && !isLong && state.montage !== "recorded" && !rowsOf(about, state.montage).every((row) => row.channel >= 0)
      ? "Importance is of the recorded channels; choose the montage “recorded” to see it." : "",
    cut ? "Large deflections are cut at three rows." : "",
  ].filter(Boolean).join(" ");
}

export const here = () => `${clock(state.start, state.seconds < 5 ? 1 : 0)} to ${clock(state.start + state.seconds)} of ${clock(state.about.seconds)}`;
