// In a folder that opens from disk: chunks come as scripts, which call this.
globalThis.bandmapChunks = new Map();
globalThis.bandmapChunk = (name, text) => globalThis.bandmapChunks.set(name, text);
