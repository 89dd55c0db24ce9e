// Starts the replay once its service worker answers, and drops what replays of an earlier start of the server left here.
"use strict";

const session = location.pathname.split("/")[1];

async function clean() {
  if (localStorage.getItem("session") === session) return;
  for (const each of await navigator.serviceWorker.getRegistrations()) {
    if (!new URL(each.scope).pathname.startsWith(`/${session}/`)) await each.unregister();
  }
  const databases = indexedDB.databases ? await indexedDB.databases() : [];
  await Promise.all(databases.map((each) => new Promise((done) => {
    const asked = indexedDB.deleteDatabase(each.name);
    asked.onsuccess = asked.onerror = asked.onblocked = done;
  })));
  for (const each of await caches.keys()) await caches.delete(each);
  localStorage.clear();
  localStorage.setItem("session", session);
}

function say(text) {
  const message = document.querySelector("p");
  message.hidden = false;
  message.textContent = text;
}

async function start() {
  if (!("serviceWorker" in navigator)) {
    say("This browser runs no service workers here, which replay needs: open the room at 127.0.0.1, or over HTTPS.");
    return;
  }
  await clean();
  const registered = await navigator.serviceWorker.register("replay/sw.js?serveIndex=1", {scope: "replay/"});
  const worker = registered.installing || registered.waiting || registered.active;
  await new Promise((done) => {
    if (worker.state === "activated") done();
    worker.addEventListener("statechange", () => { if (worker.state === "activated") done(); });
  });
  const wanted = new URLSearchParams(location.hash.slice(1));
  const player = document.createElement("replay-web-page");
  const given = {source: new URL("bag.wacz", location.href).pathname, url: wanted.get("url") || "", ts: wanted.get("ts") || "",
    embed: "replayonly", replayBase: "replay/", loading: "eager"};
  for (const [name, value] of Object.entries(given)) player.setAttribute(name, value);
  document.body.append(player);
}

start().catch((error) => say(`The replay could not be started: ${error.message}`));
