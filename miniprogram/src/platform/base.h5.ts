/** IndexedDB in promises: one store of texts, one of pictures, every change durable before it is called done. */

const STORES = ["records", "files"] as const;
type Store = (typeof STORES)[number];

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open("tuozhuang", 1);
    request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => {
      request.result.onclose = () => (opened = undefined);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

export async function within<T>(
  store: Store,
  mode: "readonly" | "readwrite",
  run: (rows: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const base = await open();
  return new Promise<T>((resolve, reject) => {
    const change = base.transaction(store, mode, { durability: "strict" });
    const request = run(change.objectStore(store));
    change.oncomplete = () => resolve(request.result);
    change.onerror = change.onabort = () => reject(change.error ?? request.error);
  });
}
