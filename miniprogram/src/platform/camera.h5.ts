import { MOST_BYTES, PRESSED, Told, TOO_LARGE, type Shot } from "./types";

/** Asks for pictures; in most browsers `capture` opens the camera itself. */
export function camera({ gallery, most }: { gallery: boolean; most: number }): Promise<Shot[]> {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  input.multiple = gallery && most > 1;
  input.hidden = true;
  if (!gallery) input.setAttribute("capture", "environment");
  document.body.append(input); // one that is not in the page is forgotten by some browsers
  return new Promise<Shot[]>((resolve, reject) => {
    input.onchange = () => {
      const [at, chosen] = [Date.now(), [...(input.files ?? [])].slice(0, most)];
      Promise.all(chosen.map((file) => taken(file, at, gallery))).then(resolve, reject);
    };
    input.oncancel = () => resolve([]);
    input.click();
  }).finally(() => input.remove());
}

async function taken(file: File, at: number, gallery: boolean): Promise<Shot> {
  const small = file.size > MOST_BYTES ? await smaller(file) : file;
  // A Blob of the bytes themselves: a File may point to what the camera application deletes.
  const source = new Blob([await small.arrayBuffer()], { type: small.type || "image/jpeg" });
  return { source, bytes: source.size, at, capture: gallery ? "gallery" : "camera" };
}

async function smaller(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file).catch(() => {
    throw new Told(TOO_LARGE); // in a format that this browser cannot read
  });
  try {
    for (const [quality, longest] of PRESSED) {
      const made = await pressed(picture, quality, longest);
      if (made && made.size <= MOST_BYTES) return made;
    }
  } finally {
    picture.close();
  }
  throw new Told(TOO_LARGE);
}

function pressed(picture: ImageBitmap, quality: number, longest: number): Promise<Blob | null> {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}
