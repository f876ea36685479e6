// The facts of a recording, beside the page.
import { duration } from "bandmap/state.js";
import { wordOf } from "bandmap/quality.js";
import { shown } from "bandmap/strip.js";

export function drawAbout(parent, about) {
  const { settings } = about;
  const facts = {
    "Duration": duration(about.seconds),
    "Montage": settings.montage ?? "unknown",
    "Rate": `${settings.rate_hz} Hz`,
    "Pass band": `${settings.high_pass_hz ?? "–"} to ${settings.low_pass_hz ?? "–"} Hz`,
    "Masked": about.masked.join(", ") || "none",
    "Interpolated": about.interpolated.join(", ") || "none",
  };
  const list = document.createElement("dl");
  list.className = "pairs";
  for (const [name, value] of Object.entries(facts)) list.append(pair(name, value));
  const notes = about.quality.filter((row) => row.note && row.note !== "n/a");
  const sources = document.createElement("details");
  sources.className = "quiet";
  sources.hidden = !notes.length;
  const remarks = document.createElement("ul");
  sources.append(Object.assign(document.createElement("summary"), { textContent: "Notes on channels" }), remarks);
  for (const row of notes) remarks.append(Object.assign(document.createElement("li"), { textContent: `${row.channel}: ${row.note}` }));
  const key = document.createElement("p");
  key.className = "quiet";
  for (const flag of Object.keys(about.colours.quality).filter((one) => about.flags.includes(one) && one !== "interpolated")) {
    const mark = document.createElement("span");
    mark.className = "mark";
    mark.style.background = shown(about.colours.quality[flag]);
    const pair = document.createElement("span");
    pair.className = "pair";
    pair.append(mark, wordOf(flag));
    key.append(pair, " ");
  }
  parent.replaceChildren(Object.assign(document.createElement("h2"), { textContent: "Recording" }), list, sources, key);
}

function pair(name, value) {
  const made = document.createElement("div");
  made.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
  return made;
}
