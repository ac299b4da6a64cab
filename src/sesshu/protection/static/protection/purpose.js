"use strict";
// A digit chooses the purpose beside it; F2 on a person's page asks for the purpose anew, and in the search
// goes on to the next one.
(() => {
  const plain = (event) => !event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey;
  const list = document.querySelector("[data-purposes]");
  const control = document.querySelector("[data-purpose]");
  if (list) list.querySelector("a")?.focus();

  document.addEventListener("keydown", (event) => {
    if (!plain(event)) return;
    if (list && /^[1-9]$/.test(event.key)) list.querySelector(`[data-key="${event.key}"]`)?.click();
    if (event.key !== "F2") return;
    if (control) {
      event.preventDefault();
      const count = control.options.length;
      control.selectedIndex = (control.selectedIndex + (event.shiftKey ? count - 1 : 1)) % count;
      control.dispatchEvent(new Event("change", { bubbles: true }));
      const announcer = document.getElementById("announcer");
      if (announcer) announcer.textContent = `目的 ${control.selectedOptions[0].textContent}`;
      return;
    }
    const change = document.querySelector("[data-purpose-change]");
    if (change) {
      event.preventDefault();
      change.click();
    }
  });
})();
