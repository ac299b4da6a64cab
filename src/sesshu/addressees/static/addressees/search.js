"use strict";
// A list under a search box: arrows go through its links, Enter in the box opens the first. The last words
// stay in this tab for this person, so that coming back from a record finds the list again.
(() => {
  const box = document.querySelector("[data-list]");
  if (!box) return;
  const items = () => [...document.querySelectorAll(`${box.dataset.list} [data-item]`)];

  // A quick Enter may come before the list of the last letters: then the form is sent, nobody else opened.
  const isFor = (text) => document.querySelector(`${box.dataset.list} [data-for]`)?.dataset.for === text.trim();

  if (box.dataset.remember) {
    box.addEventListener("input", () => sessionStorage.setItem(box.dataset.remember, box.value));
    addEventListener("load", () => {
      const last = sessionStorage.getItem(box.dataset.remember);
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
