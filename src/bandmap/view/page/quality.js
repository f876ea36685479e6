// Quality flags of each second of each channel, and time without a signal.
import { state } from "bandmap/state.js";
import { peek } from "bandmap/data.js";
import { colour, note, shown, xOf } from "bandmap/strip.js";

const WORDS = { line_noise: "line noise", high_frequency: "high frequency (muscle)" };
export const wordOf = (flag) => WORDS[flag] ?? flag;

// The flags in the order of the report: the first one wins.
function ordered(about) {
  return Object.keys(about.colours.quality).filter((flag) => about.flags.includes(flag));
}

const prepared = new WeakMap(); // bit field -> {names, first: byte -> place of the flag that wins, runs of each channel}

// The stretches of each channel with a flag, found once: [place of the flag, first second, last second].
function flagged(about, field) {
  if (prepared.has(field)) return prepared.get(field);
  const names = ordered(about).filter((flag) => flag !== "interpolated");
  const bits = names.map((flag) => 1 << about.flags.indexOf(flag));
  const first = Int8Array.from({ length: 256 }, (_, byte) => bits.findIndex((bit) => byte & bit));
  const n = field.length / about.channels.length;
  const runs = about.channels.map((_, channel) => {
    const found = [];
    let [flag, since] = [-1, 0];
    for (let second = 0; second <= n; second++) {
      const next = second < n ? first[field[channel * n + second]] : -1;
      if (next === flag) continue;
      if (flag >= 0) found.push([flag, since, second]);
      [flag, since] = [next, second];
    }
    return found;
  });
  prepared.set(field, { names, first, runs });
  return prepared.get(field);
}

// Draws a bar under each trace where its channel is flagged, and hatches time without a signal.
export function drawFlags(ctx, width, { rows, places, perRow }) {
  const { about } = state;
  const field = about.flags.length ? peek("flags") : null;
  if (!field) return;
  const { names, runs } = flagged(about, field);
  const end = state.start + state.seconds;
  rows.forEach((row, i) => {
    for (const [channel] of row.parts.slice(0, 2)) {
      for (const [place, first, last] of runs[channel]) {
        if (last <= state.start || first >= end) continue;
        const [x0, x1] = [Math.max(xOf(first, width), 0), Math.min(xOf(last, width), width)];
        const y = (places[i] + 1) * perRow;
        const isMasked = names[place] === "masked";
        ctx.fillStyle = shown(about.colours.quality[names[place]], isMasked ? 0.18 : 0.9);
        if (isMasked) ctx.fillRect(x0, y - perRow / 2, x1 - x0, perRow);
        else ctx.fillRect(x0, y + perRow / 2 - 3, Math.max(x1 - x0, 1), 2);
      }
    }
  });
}

// Draws how many channels are flagged in each second, by flag.
export function drawQuality(strip, width) {
  strip.begin(width);
  const { about } = state;
  const field = about.flags.length ? peek("flags") : null;
  if (!field) {
    note(strip, width, about.flags.length ? "loading" : "this recording has no flags");
    return;
  }
  const n = field.length / about.channels.length;
  const { names: counted, first } = flagged(about, field);
  const total = new Float64Array(counted.length);
  const columns = Math.max(Math.min(Math.ceil(state.seconds), Math.floor(width / 2)), 1);
  const each = state.seconds / columns;
  for (let column = 0; column < columns; column++) {
    const shares = new Float64Array(counted.length);
    const from = Math.max(Math.floor(state.start + column * each), 0);
    const to = Math.min(Math.max(Math.floor(state.start + (column + 1) * each), from + 1), n);
    const stride = Math.max(Math.floor((to - from) / 8), 1);
    let seen = 0;
    for (let second = from; second < to; second += stride) {
      for (let channel = 0; channel < about.channels.length; channel++) {
        seen += 1;
        const flag = first[field[channel * n + second]];
        if (flag >= 0) shares[flag] += 1;
      }
    }
    let top = strip.height;
    shares.forEach((share, flag) => {
      if (!share) return;
      total[flag] += share / seen / columns;
      const height = Math.max((share / seen) * strip.height, 2);
      strip.context.fillStyle = shown(about.colours.quality[counted[flag]]);
      strip.context.fillRect(xOf(from, width), top - height, (Math.max(to - from, each) / state.seconds) * width + 0.5, height);
      top -= height;
    });
  }
  strip.context.fillStyle = colour("--line");
  strip.context.fillRect(0, strip.height - 1, width, 1);
  const words = counted.map((flag, i) => [wordOf(flag), total[i]]).filter(([, share]) => share > 0);
  strip.say(`Quality. ${words.map(([word, share]) => `${word}: ${(100 * share).toFixed(0)} % of channels and time`).join("; ") || "No channel is flagged on this page"}`);
}
