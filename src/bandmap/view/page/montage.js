// The rows of a page: which recorded channels each trace is made of.
export const MONTAGES = ["recorded", "bipolar", "referential", "average"];

const isDerivation = (name) => name.includes("-");

// Why a montage cannot be shown of a recording; "" if it can.
export function obstacle(about, montage) {
  const derived = about.channels.filter(isDerivation);
  if (montage === "recorded") return "";
  if (derived.length && montage === "bipolar") {
    return derived.length === about.channels.length ? "" : "some channels are derivations, others electrodes";
  }
  if (derived.length) {
    return `the recording was harmonized to derivations such as ${derived[0]}, from which the electrodes cannot be recovered; harmonize it with montage: referential19`;
  }
  if (montage === "bipolar" && !bipolar(about).length) return "no pair of neighbouring electrodes was recorded";
  return "";
}

// Returns rows from the top: name, chain, parts [[channel, weight]], masked, interpolated, channel (-1 if computed).
export function rowsOf(about, montage) {
  const masked = new Set(about.masked.map((name) => about.channels.indexOf(name)));
  const interpolated = new Set(about.interpolated.map((name) => about.channels.indexOf(name)));
  const isComputed = !about.channels.some(isDerivation);
  let rows = about.order.map(([chain, channel]) => ({ name: about.channels[channel], chain, parts: [[channel, 1]], channel }));
  if (montage === "bipolar" && isComputed) rows = bipolar(about);
  if (montage === "average") {
    const used = rows.map((row) => row.channel).filter((channel) => !masked.has(channel));
    for (const row of rows) {
      row.parts = [[row.channel, 1], ...used.map((channel) => [channel, -1 / used.length])];
      row.name += "-Av";
      row.masked = masked.has(row.channel);
      row.channel = -1;
    }
  }
  for (const row of rows) {
    row.masked ??= row.parts.some(([channel]) => masked.has(channel));
    row.interpolated = row.parts.slice(0, 2).some(([channel]) => interpolated.has(channel));
  }
  return rows;
}

function bipolar(about) {
  const place = (name) => about.channels.indexOf(name);
  return about.montages.bipolar18
    .map(([chain, name]) => ({ name, chain, ends: name.split("-").map(place), channel: -1 }))
    .filter((row) => row.ends.every((end) => end >= 0))
    .map(({ ends, ...row }) => ({ ...row, parts: [[ends[0], 1], [ends[1], -1]] }));
}

// Whether every row is one recorded channel, as it must be on long pages.
export const isRecorded = (rows) => rows.every((row) => row.channel >= 0);
