// The panel beside the traces: whether the review is saved, what is reviewed, and the chosen event with its fields.
import { clock, duration, plan, state } from "bandmap/state.js";
import { isNight } from "bandmap/night.js";
import { KEYS } from "bandmap/tools.js";
import * as spans from "bandmap/spans.js";
import { stageAt } from "bandmap/stages.js";
import { canRedo, canUndo, chosen, items, loadStored, replace, retry, review, saveTable, sourcesOf } from "bandmap/review.js";
import { altered, asReviewer, fresh, note, say } from "bandmap/verdicts.js";

export const SIGNS = { open: "?", accepted: "✓", rejected: "✗", moved: "↔", added: "+" };
const WORDS = {
  "": "Nothing to save", saved: "Saved", waiting: "Not saved yet", saving: "Saving …", conflict: "Not saved: conflict", failed: "Not saved",
  folder: "Not saved: a folder has no server; save the table",
};

let [panel, isHeld] = [null, false];
const drawn = new Map(); // part of the panel -> what it shows

const night = () => isNight(state.about);

export function beginPanel() {
  panel = document.getElementById("review");
  panel.replaceChildren(element("h2", {}), element("div", { id: "review-state" }), element("div", { id: "review-event" }));
  panel.addEventListener("pointerdown", () => { isHeld = true; });
  panel.addEventListener("focusout", plan);
  drawn.clear();
}

export const focusOn = (field) => panel.querySelector(field)?.focus();

// A panel that is drawn anew between the press and the release of a button would lose the click.
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => { isHeld = false; plan(); }));

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

export function drawPanel() {
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
