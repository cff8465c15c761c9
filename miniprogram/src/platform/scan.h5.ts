import { camera } from "./camera.h5";

interface Detector {
  detect(picture: ImageBitmap): Promise<{ rawValue: string }[]>;
}

/** Reads a bar code from a picture where the browser can (Chrome on Android); elsewhere the number is typed. */
export async function scan(): Promise<string | undefined> {
  const known = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  if (!known) return undefined;
  const [shot] = await camera({ gallery: false, most: 1 });
  if (!shot || typeof shot.source === "string") return undefined;
  const picture = await createImageBitmap(shot.source);
  const found = await new known().detect(picture).catch(() => []);
  return found[0]?.rawValue;
}
