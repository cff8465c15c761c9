/** A key for one intended change: made once where a person presses, and sent again with every retry. */
export function key(): string {
  const bytes = new Uint8Array(16);
  if (typeof crypto !== "undefined" && crypto.getRandomValues) crypto.getRandomValues(bytes);
  // WeChat has no crypto: time and chance tell two presses apart, and a key guards nothing but its own repetition.
  else bytes.forEach((_, at) => (bytes[at] = (Math.random() * 256) ^ (Date.now() / 2 ** (at % 6 * 8))));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
