// What is shown, and who wants to know when it changes.
export const PAGES = [5, 10, 15, 20, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 8 * 3600, 24 * 3600];
export const SCALES = [10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000];

export const state = {
  about: null, // of the recording: chunk `about`
  start: 0, // first second of the page
  seconds: 10, // of the page
  scale: 100, // microvolts per centimetre
  montage: "recorded",
  highPass: 0, // Hz, 0 for none beyond the recording's own
  lowPass: 0,
  notch: 0,
  row: 0, // the chosen trace, of the montage's rows
  model: 0,
  importance: true,
  quality: true,
  theme: "", // "", "light" or "dark"
};

const watchers = [];
let planned = 0;

export function watch(watcher) {
  watchers.push(watcher);
}

export function change(changes) {
  Object.assign(state, changes);
  if (state.about) {
    state.seconds = Math.min(Math.max(state.seconds, 1), Math.max(state.about.seconds, PAGES[0]));
    state.start = Math.min(Math.max(state.start, 0), Math.max(state.about.seconds - state.seconds, 0));
  }
  plan();
}

export function plan() {
  planned ||= requestAnimationFrame(() => {
    planned = 0;
    for (const watcher of watchers) watcher(state);
  });
}

// Text of a moment: 1:02:03, with decimals on short pages.
export function clock(seconds, decimals = 0) {
  const tenths = Math.round(seconds * 10 ** decimals) / 10 ** decimals;
  const [h, m] = [Math.floor(tenths / 3600), Math.floor((tenths % 3600) / 60)];
  const s = (tenths % 60).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, "0");
  return `${h}:${String(m).padStart(2, "0")}:${s}`;
}

export function duration(seconds) {
  if (seconds < 120) return `${+seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return seconds < 7200 ? `${+(seconds / 60).toFixed(1)} min` : `${+(seconds / 3600).toFixed(1)} h`;
}
