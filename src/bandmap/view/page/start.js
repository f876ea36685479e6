// Opens a recording and draws it whenever something changes.
import { change, plan, state, watch, SCALES } from "bandmap/state.js";
import * as data from "bandmap/data.js";
import { forgetColours, Strip } from "bandmap/strip.js";
import * as traces from "bandmap/traces.js";
import { drawEvents, eventLayers, listEvents } from "bandmap/events.js";
import { drawProbability } from "bandmap/probability.js";
import { drawQuality } from "bandmap/quality.js";
import { drawSpectrogram } from "bandmap/spectrogram.js";
import { drawMatrix } from "bandmap/importance.js";
import { drawEpochs, drawHypnodensity, drawHypnogram, EPOCH, foundStages, isNight, stagesOf } from "bandmap/night.js";
import { drawWhole, steer } from "bandmap/whole.js";
import { drawTools, here, KEYS, listen, remark, say, zoomTo } from "bandmap/tools.js";
import { drawAbout } from "bandmap/about.js";
import { ownStages } from "bandmap/stages.js";
import { beginReview, drawReview, listenToReview, openReview } from "bandmap/reviewing.js";

const LABEL = 92; // pixels beside the strips, as in page.css
const LOW = 800; // pixels; on lower screens, strips leave their room to the traces
const [wholeSection, pageSection] = ["whole", "page"].map((id) => document.getElementById(id));
let [strips, settled, opened] = [{}, 0, ""];

function build() {
  const { about } = state;
  wholeSection.replaceChildren();
  pageSection.replaceChildren();
  const night = isNight(about);
  const isLow = innerHeight < LOW;
  strips = { whole: new Strip(wholeSection, "whole", "Recording", night ? 36 : isLow ? 44 : 60) };
  if (night) {
    strips.scorer = new Strip(wholeSection, "scorer", "Scorer", 56);
    strips.model = new Strip(wholeSection, "model", "Model", 56);
    strips.own = new Strip(wholeSection, "own", "Review", 56);
    strips.density = new Strip(wholeSection, "density", "Probability", 48);
    strips.epochs = new Strip(pageSection, "epochs", "Scorer / model", 32);
  }
  for (const strip of Object.values(strips)) if (strip !== strips.epochs) steer(strip);
  traces.begin(pageSection);
  if (!night) {
    strips.events = new Strip(pageSection, "events", "", 12 * eventLayers().length + 4);
    strips.events.label.textContent = eventLayers().map((layer) => layer.name).join(" / ");
    strips.events.label.title = strips.events.label.textContent;
    if (about.models.length) strips.probability = new Strip(pageSection, "probability", "Probability", isLow ? 40 : 64);
  }
  strips.review = beginReview(pageSection);
  strips.quality = new Strip(pageSection, "quality", "Quality", 20);
  strips.power = new Strip(pageSection, "power", "Power", isLow ? 56 : 96);
  listEvents(document.getElementById("events"));
  drawAbout(document.getElementById("about"), about);
}

const DRAWERS = {
  whole: drawWhole, scorer: (strip, width) => drawHypnogram(strip, width, stagesOf(state.about), "scorer"),
  model: (strip, width) => drawHypnogram(strip, width, foundStages(state.about), "model"), density: drawHypnodensity,
  own: (strip, width) => drawHypnogram(strip, width, ownStages(), "review"),
  epochs: drawEpochs, review: drawReview, events: drawEvents, probability: drawProbability, quality: drawQuality, power: drawSpectrogram,
};

function heightOfTraces() {
  const others = Object.values(strips).filter((strip) => strip.isShown).reduce((sum, strip) => sum + strip.height + 4, 0);
  const rest = innerHeight - document.querySelector("header").offsetHeight - document.querySelector("footer").offsetHeight - others - document.getElementById("status").offsetHeight - 24;
  return Math.max(rest, 15 * state.about.channels.length + 60, 240);
}

function draw() {
  const { about } = state;
  if (!about) return;
  const width = Math.max(pageSection.clientWidth - LABEL, 120);
  drawTools();
  const lines = traces.draw(width, heightOfTraces());
  strips.quality.element.hidden = !state.quality;
  for (const [name, strip] of Object.entries(strips)) if (strip.isShown) DRAWERS[name](strip, width);
  document.body.dataset.drawn = String(lines.complete);
  clearTimeout(settled);
  settled = setTimeout(settle, 150);
}

// What may wait until the page stands still.
function settle() {
  drawMatrix(document.getElementById("matrix"));
  traces.describe();
  const text = [here(), remark()].filter(Boolean).join(". ");
  if (document.getElementById("status").dataset.page !== text) say(text);
  document.getElementById("status").dataset.page = text;
  const place = `#${opened.split("/").map(encodeURIComponent).join("/")}?at=${+state.start.toFixed(2)}&page=${+state.seconds.toFixed(2)}`;
  if (location.hash !== place) history.replaceState(null, "", place);
}

function placeOf(hash) {
  const [name, query] = hash.slice(1).split("?");
  const values = new URLSearchParams(query);
  return { name: decodeURIComponent(name), at: values.get("at"), page: values.get("page") };
}

async function open(name, at, page) {
  data.complain("");
  const about = await data.open(name);
  opened = name;
  document.title = `${name} – Bandmap`;
  document.getElementById("recording").value = name;
  const seconds = Number(page) || (isNight(about) ? EPOCH : 10);
  const first = at === null ? (about.reference.find(([, , label]) => !about.stages.includes(label))?.[0] ?? 0) : Number(at);
  Object.assign(state, { about, montage: "recorded", row: 0, model: 0 });
  openReview(name);
  build();
  change({ seconds, start: page ? first || 0 : (first || 0) - (at === null && first === 0 ? 0 : 0.2 * seconds) });
  const fit = () => (document.body.dataset.drawn === "true" ? change({ scale: traces.fittingScale(SCALES) }) : setTimeout(fit, 50));
  setTimeout(fit, 50);
}

function listenToWheel() {
  pageSection.addEventListener("wheel", (event) => {
    if (!state.about) return;
    event.preventDefault();
    const box = document.querySelector(".plot").getBoundingClientRect();
    const around = state.start + ((event.clientX - box.left) / box.width) * state.seconds;
    const by = event.deltaY || event.deltaX;
    if (event.ctrlKey) zoomTo(state.seconds * 1.25 ** Math.sign(by), around);
    else change({ start: state.start + (by / 1000) * state.seconds });
  }, { passive: false });
}

function theme() {
  const root = document.documentElement;
  if ((root.dataset.theme ?? "") === state.theme) return;
  root.dataset.theme = state.theme;
  forgetColours();
}

// Paper is white: while the page is printed or saved, it is light.
let own = "";
addEventListener("beforeprint", () => { own = state.theme; onPaper("light"); });
addEventListener("afterprint", () => onPaper(own));

function onPaper(wanted) {
  state.theme = wanted;
  theme();
  draw();
}

async function start() {
  const names = await data.recordings();
  const select = document.getElementById("recording");
  select.replaceChildren(...names.map((name) => new Option(name, name)));
  select.addEventListener("change", () => open(select.value, null, null).catch(() => {}));
  document.getElementById("help-button").addEventListener("click", KEYS.get("?")[1]);
  watch(theme);
  watch(draw);
  listen();
  listenToReview();
  listenToWheel();
  new ResizeObserver(plan).observe(pageSection);
  addEventListener("resize", plan);
  addEventListener("hashchange", () => openPlace(names));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { forgetColours(); plan(); });
  await openPlace(names);
}

async function openPlace(names) {
  const { name, at, page } = placeOf(location.hash);
  if (name && !names.includes(name)) data.complain(`There is no recording ${name} here.`);
  const chosen = names.includes(name) ? name : names[0];
  await open(chosen, at, page);
}

start().catch((error) => data.complain(error.message));
