import { Gone, Unheard, type Call, type Reply, type Upload, type Wire } from "./types";

type Kept = (key: string) => Promise<Blob | undefined>;

function sent(
  { method, url, headers, timeoutMs }: Pick<Call, "method" | "url" | "headers" | "timeoutMs">,
  body: XMLHttpRequestBodyInit | null,
  onProgress?: (percent: number) => void,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.timeout = timeoutMs;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total ? Math.round((loaded / total) * 100) : 0);
    request.onload = () => {
      const wait = Number(request.getResponseHeader("Retry-After"));
      resolve({ status: request.status, body: read(request.responseText), ...(wait > 0 ? { retryAfter: wait } : {}) });
    };
    request.onerror = request.ontimeout = request.onabort = () => reject(new Unheard(`${method} ${url}`));
    request.send(body);
  });
}

function read(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

export function wire(kept: Kept): Wire {
  return {
    call: (call) => sent(call, call.body === undefined ? null : JSON.stringify(call.body)),
    async upload({ form, file, onProgress, ...call }: Upload) {
      const picture = await kept(file);
      if (!picture) throw new Gone(file);
      const body = new FormData();
      for (const [name, value] of Object.entries(form)) body.append(name, value);
      body.append("file", picture, "photo.jpg");
      return sent({ method: "POST", ...call }, body, onProgress);
    },
  };
}
