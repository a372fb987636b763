// A shell for registers on a weak network: shared files from the cache, and a page that holds no data when nothing answers.
// No page about anybody is ever kept.
const CACHE = "daymark-shared";
const SHARED = /^\/static\/[0-9a-f]+\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (SHARED.test(url.pathname)) event.respondWith(shared(event.request, url.pathname));
  else if (event.request.mode === "navigate" && url.pathname.includes("/registers/")) event.respondWith(page(event.request));
});

async function shared(request, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const version = path.split("/")[2];
    for (const old of await cache.keys()) if (!new URL(old.url).pathname.startsWith(`/static/${version}/`)) await cache.delete(old);
    await cache.put(request, answer.clone());
  }
  return answer;
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const html = `<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>No connection – Daymark</title></head>
<body><main><h1>No connection</h1><p>The register cannot be drawn just now. Marks that were not saved are kept on this device and are put back when the register opens again.</p><p><a href="">Try again</a></p></main></body></html>`;
    return new Response(html, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" } });
  }
}
