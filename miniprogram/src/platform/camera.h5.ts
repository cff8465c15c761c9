import { MOST_BYTES, type Shot } from "./types";

const LONGEST = 2400;

/** Asks for pictures; in most browsers `capture` opens the camera itself. */
export function camera({ gallery, most }: { gallery: boolean; most: number }): Promise<Shot[]> {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  input.multiple = gallery && most > 1;
  input.hidden = true;
  if (!gallery) input.setAttribute("capture", "environment");
  document.body.append(input); // one that is not in the page is forgotten by some browsers
  return new Promise((resolve) => {
    const end = (shots: Shot[]) => {
      input.remove();
      resolve(shots);
    };
    input.onchange = () => {
      const chosen = [...(input.files ?? [])].slice(0, most);
      Promise.all(chosen.map((file) => taken(file, gallery))).then(end, () => end([]));
    };
    input.oncancel = () => end([]);
    input.click();
  });
}

async function taken(file: File, gallery: boolean): Promise<Shot> {
  const small = file.size > MOST_BYTES ? await smaller(file) : file;
  // A Blob of the bytes themselves: a File may point to what the camera application deletes.
  const source = new Blob([await small.arrayBuffer()], { type: small.type || "image/jpeg" });
  return { source, bytes: source.size, capture: gallery ? "gallery" : "camera" };
}

async function smaller(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  let made: Blob = file;
  for (const quality of [0.85, 0.7, 0.5]) {
    made = await new Promise<Blob>((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", quality));
    if (made.size <= MOST_BYTES) break;
  }
  return made;
}
