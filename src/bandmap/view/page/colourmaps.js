// The colour maps of the report, as stops between which colours are interpolated.
export const VIRIDIS = "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725".split(" ");
export const RDBU = "053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 d05548 ba2832 930e26 67001f".split(" ");

const channel = (hex, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16);

// Returns 256 colours as bytes r, g, b.
export function table(stops) {
  const bytes = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (stops.length - 1);
    const [low, share] = [Math.min(Math.floor(place), stops.length - 2), place - Math.min(Math.floor(place), stops.length - 2)];
    for (let c = 0; c < 3; c++) bytes[3 * i + c] = Math.round(channel(stops[low], c) * (1 - share) + channel(stops[low + 1], c) * share);
  }
  return bytes;
}
