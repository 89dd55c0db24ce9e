// The service worker of the replay: ReplayWeb.page's, with every answer given the headers of this origin (FIXED, set
// above by the server), and none of the archived ones but those below. Pages are shown in frames only.
"use strict";

const KEPT = new Set(["accept-ranges", "content-length", "content-range", "content-type", "memento-datetime",
  "x-archive-orig-date"]);
const listen = self.addEventListener.bind(self);
let replay = null;

function bounded(request, response) {
  if (response.type === "error" || response.type === "opaque" || response.type === "opaqueredirect") {
    return Response.error();
  }
  const headers = new Headers();
  for (const [name, value] of response.headers) {
    if (KEPT.has(name.toLowerCase())) headers.set(name, value);
  }
  if (response.status >= 300 && response.status < 400 && response.headers.has("location")) {
    const target = new URL(response.headers.get("location"), request.url);
    if (target.origin !== self.location.origin) return Response.error();
    headers.set("location", target.href);
  }
  for (const [name, value] of Object.entries(FIXED)) headers.set(name, value);
  const empty = [204, 205, 304].includes(response.status) || request.method === "HEAD";
  return new Response(empty ? null : response.body, {status: response.status, statusText: response.statusText, headers});
}

async function answered(event) {
  let found = null;
  replay({
    request: event.request,
    clientId: event.clientId,
    resultingClientId: event.resultingClientId,
    waitUntil: (what) => event.waitUntil(what),
    respondWith: (what) => { found = what; },
  });
  return bounded(event.request, await (found === null ? fetch(event.request) : found));
}

listen("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.destination === "document") {
    const text = "This page is shown in the frame of the room only.";
    event.respondWith(new Response(text, {status: 403, headers: {...FIXED, "Content-Type": "text/plain"}}));
    return;
  }
  event.respondWith(answered(event).catch(() => Response.error()));
});

self.addEventListener = (kind, handler, ...rest) => {
  if (kind === "fetch") replay = handler;
  else listen(kind, handler, ...rest);
};

importScripts("replaywebpage.js");
