// Holds the shell, so that the page opens without a network. What the API says the pages keep; here only its example pictures.
const SHELL = __SHELL__;
const NAME = `shell-${SHELL.version}`;
const EXAMPLES = "examples";
const PAGE = "/app/";
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(NAME).then((cache) => cache.addAll([PAGE, ...SHELL.files])).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("shell-") && name !== NAME;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// A page of today if the network gives one soon, else the one kept.
async function page(request) {
  const kept = await caches.match(PAGE);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const fresh = await fetch(request, { signal: patience.signal });
    return fresh.ok || !kept ? fresh : kept;
  } catch (error) {
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

// How a photo should look: its address changes with the picture, so what is kept is right for ever.
async function example(request) {
  const cache = await caches.open(EXAMPLES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone()).catch(() => undefined);
  return fresh;
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/api/v1/slot-examples/")) event.respondWith(example(event.request));
  if (!pathname.startsWith(PAGE)) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (pathname.startsWith("/app/assets/")) {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
