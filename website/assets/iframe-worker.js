// Search from a folder: browsers start no worker from file://, so the search worker runs in a hidden frame there.
// It does what npm's iframe-worker does, which mkdocs-material would have every page fetch from another site.
(() => {
  if (location.protocol !== "file:") return;

  // What a worker has and a frame has not. It runs in the frame, so that messages come from there.
  const worker = () => {
    window.postMessage = (data) => parent.postMessage(data, "*");
    window.importScripts = (...sources) => sources.reduce((before, source) => before.then(() => new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = done;
      script.onerror = failed;
      document.body.append(script);
    })), Promise.resolve());
  };

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentDocument;
      inside.open();
      inside.write(`<!doctype html><body><script>(${worker})()</scr` + "ipt></body>");
      inside.close();
      window.addEventListener("message", (event) => {
        if (event.source !== this.frame.contentWindow) return;
        this.dispatchEvent(new MessageEvent("message", { data: event.data }));
        if (this.onmessage) this.onmessage(event);
      });
      this.ready = this.frame.contentWindow.importScripts(String(url));
    }

    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }

    terminate() {
      this.frame.remove();
    }
  };
})();
