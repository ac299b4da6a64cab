"use strict";
// A list under a search box: arrows go through its links, Enter in the box opens the first. The last words
// stay in this tab for this person, so that coming back from a record finds the list again.
(() => {
  const bytes = (text) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
  const box = document.querySelector("[data-list]");
  if (!box) return;
  const items = () => [...document.querySelectorAll(`${box.dataset.list} [data-item]`)];

  // A quick Enter may come before the list of the last letters: then the form is sent, nobody else opened.
  const isFor = (text) => document.querySelector(`${box.dataset.list} [data-for]`)?.dataset.for === text.trim();

  // Encrypted under a key that ends with the session: the store alone tells nobody whom somebody looked for.
  const PLACE = box.dataset.remember;
  const key = crypto.subtle?.importKey("raw", bytes(atob(box.dataset.rememberKey)), "AES-GCM", false, ["encrypt", "decrypt"]);
  let typed = 0;
  const keep = async (words) => {
    const now = ++typed, iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key, new TextEncoder().encode(words));
    if (now === typed) sessionStorage.setItem(PLACE, btoa(String.fromCharCode(...iv, ...new Uint8Array(sealed))));
  };
  const kept = async () => {
    try {
      const stored = bytes(atob(sessionStorage.getItem(PLACE) ?? ""));
      const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: stored.slice(0, 12) }, await key, stored.slice(12));
      return new TextDecoder().decode(opened);
    } catch {
      sessionStorage.removeItem(PLACE); // of another session, or none
      return "";
    }
  };
  if (PLACE && key) {
    box.addEventListener("input", () => keep(box.value));
    addEventListener("load", async () => {
      const last = await kept();
      if (!last || box.value) return;
      box.value = last;
      box.select();
      box.dispatchEvent(new Event("search"));
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const list = items();
    const at = list.indexOf(event.target);
    if (event.target !== box && at < 0) return;
    if (event.key === "Enter" && event.target === box && list.length && isFor(box.value)) {
      event.preventDefault();
      list[0].click();
    } else if (event.key === "ArrowDown" && at + 1 < list.length) {
      event.preventDefault();
      list[at + 1].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (list[at - 1] ?? box).focus();
    }
  });
})();
